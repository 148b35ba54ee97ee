import { aggregateColumns, measures, type Measure } from '../measures.ts';

/** What of a measure is compared. */
export type Part = 'mean' | 'sum' | 'duration' | 'max' | 'min' | 'max_dir';

/** A number of a bucket that stations compute as well as we do. */
export interface Quantity {
  of: Measure;
  /** `out_temp`, or `out_temp_omm` for the climatological values. */
  name: string;
  omm: boolean;
  part: Part;
  /** Of the number: °C, min, degrees. */
  unit: string;
  /** Columns of `aggregate` that it is made of. */
  columns: readonly string[];
}

/** A row of `aggregate`, or what a station sent: numbers by column or key. */
type Values = Readonly<Record<string, unknown>>;

const kept = new Set(aggregateColumns.map(({ name }) => name));

/** Everything that is compared, in the catalogue's order: what the columns of `aggregate` give. */
export const quantities: readonly Quantity[] = measures.flatMap((of) => [
  ...quantitiesOf(of, false),
  ...quantitiesOf(of, true),
]);

function quantitiesOf(of: Measure, omm: boolean): Quantity[] {
  const name = omm ? `${of.name}_omm` : of.name;
  const quantity = (part: Part, unit: string, ...facets: string[]): Quantity[] => {
    const columns = facets.map((facet) => `${name}_${facet}`);
    return columns.every((column) => kept.has(column)) ? [{ of, name, omm, part, unit, columns }] : [];
  };
  return [
    ...(of.aggregate === 'mean' ? quantity('mean', of.unit, 'sum', 'duration') : []),
    ...(of.aggregate === 'total' ? quantity('sum', of.unit, 'sum') : []),
    ...quantity('duration', 'min', 'duration'),
    ...quantity('max', of.unit, 'max'),
    ...quantity('min', of.unit, 'min'),
    ...quantity('max_dir', '°', 'max_dir'),
  ];
}

/** Ours, of a row of `aggregate`; undefined where it is absent. */
export function ours({ part, columns }: Quantity, row: Values): number | undefined {
  const [first, duration] = columns.map((column) => numberOf(row[column]));
  return part === 'mean' ? quotient(first, duration) : first;
}

/** Theirs, of a station's own aggregate under our names of its keys; undefined where it says nothing of it. */
export function theirs({ name, part }: Quantity, values: Values): number | undefined {
  const sent = (facet: string) => numberOf(values[`${name}_${facet}`]);
  return part === 'mean' ? (sent('avg') ?? quotient(sent('sum'), sent('duration'))) : sent(part);
}

const numberOf = (value: unknown) => (typeof value === 'number' ? value : undefined);

const quotient = (sum: number | undefined, duration: number | undefined) =>
  sum === undefined || !duration ? undefined : sum / duration;
