import {
  aggregateFacets,
  aggregateMeasures,
  type Facet,
  type Measure,
  type OmmMeasure,
} from '../measures.ts';

/** What of a measure is compared. */
export type Part = 'mean' | 'sum' | 'duration' | 'max' | 'min' | 'max_dir';

/** A number of a bucket that stations compute as well as we do. */
export interface Quantity {
  /** `out_temp`, or `out_temp_omm` for its WMO climatology value. */
  name: string;
  /** The measure that observations carry: `out_temp` for both. */
  base: string;
  part: Part;
  /** Of the number: °C, min, degrees. */
  unit: string;
  /** Columns of `aggregate` that it is made of. */
  columns: readonly string[];
}

/** A row of `aggregate`, or what a station sent: numbers by column or key. */
type Values = Readonly<Record<string, unknown>>;

/** Everything that can be compared, in the catalogue's order: what is kept per bucket, mean directions apart. */
export const quantities: readonly Quantity[] = aggregateMeasures.flatMap(quantitiesOf);

function quantitiesOf(m: Measure | OmmMeasure): Quantity[] {
  const kept = aggregateFacets(m);
  const quantity = (part: Part, unit: string, ...facets: Facet[]): Quantity[] =>
    facets.every((facet) => kept.includes(facet))
      ? [
          {
            name: m.name,
            base: 'of' in m ? m.of : m.name,
            part,
            unit,
            columns: facets.map((facet) => `${m.name}_${facet}`),
          },
        ]
      : [];
  return [
    ...(m.aggregate === 'mean' ? quantity('mean', m.unit, 'sum', 'duration') : []),
    ...(m.aggregate === 'total' ? quantity('sum', m.unit, 'sum') : []),
    ...quantity('duration', 'min', 'duration'),
    ...quantity('max', m.unit, 'max'),
    ...quantity('min', m.unit, 'min'),
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

export const numberOf = (value: unknown) => (typeof value === 'number' ? value : undefined);

const quotient = (sum: number | undefined, duration: number | undefined) =>
  sum === undefined || !duration ? undefined : sum / duration;
