import { ABOUT_THE_POST, HOUR, mapped, NAME, POST, qualityOf, type Mapped } from './meteofrance-columns.ts';

/** A mapped column of a file: where it and what belongs to it stand among the cells; -1 where it does not. */
export interface MeasureColumn extends Mapped {
  at: number;
  quality: number;
  /** For a time: the cell of the extreme. */
  extreme: number;
}

/** Where things stand in the records of a file. */
export interface Header {
  names: readonly string[];
  post: number;
  name: number;
  hour: number;
  columns: readonly MeasureColumn[];
  /** Columns that are none of our measures: they are kept as they are. */
  others: readonly { column: string; at: number; quality: number }[];
}

/** Reads the first record; a sentence when the file cannot be one of Météo-France's hourly ones. */
export function readHeader(cells: readonly string[], needsPost: boolean): Header | string {
  const names = cells.map((cell) => cell.trim().toUpperCase());
  // A line may end with a separator.
  while (names.at(-1) === '') names.pop();
  const twice = names.find((name, at) => name !== '' && names.indexOf(name) !== at);
  if (twice !== undefined)
    return `column ${JSON.stringify(twice)} stands twice in the first line; expected it once`;
  const find = (spellings: readonly string[]) => names.findIndex((name) => spellings.includes(name));
  const hour = find(HOUR);
  if (hour < 0)
    return `${missing(HOUR, names)}${names.includes('AAAAMMJJ') ? ' (this is a file of days)' : ''}`;
  const post = find(POST);
  if (post < 0 && needsPost) return `${missing(POST, names)}, or "station" in the format's settings`;

  const at = (column: string | undefined) => (column === undefined ? -1 : names.indexOf(column));
  const present = new Set(names.filter((name) => name !== ''));
  const qualities = new Map([...present].flatMap((name) => entry(qualityOf(name, present), name)));
  const quality = (column: string) => at(qualities.get(column));
  const special = new Set([...ABOUT_THE_POST, ...qualities.values(), ...mapped.map(({ column }) => column)]);
  return {
    names,
    post,
    name: at(NAME),
    hour,
    columns: mapped
      .filter(({ column }) => present.has(column))
      .map((each) => ({ ...each, at: at(each.column), quality: quality(each.column), extreme: at(each.of) })),
    others: [...present]
      .map((column) => ({ column, at: at(column), quality: quality(column) }))
      .filter(({ column, at: place }) => !special.has(column) && place !== hour && place !== post),
  };
}

function entry(of: string | undefined, name: string): [string, string][] {
  return of === undefined ? [] : [[of, name]];
}

function missing(spellings: readonly string[], names: readonly string[]): string {
  const shown = names.slice(0, 6).join(';').slice(0, 80);
  return `the first line has no column ${spellings.join(' or ')} (${JSON.stringify(shown)} …); expected the header of an hourly file`;
}
