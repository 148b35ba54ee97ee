const DAY = 86_400_000;
const SHAPE = /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?$/;

/**
 * A local date, with a time or without, in milliseconds as if it were UTC; as databases write them: `2026-11-20`, `2026-11-20 08:15:00.5`.
 * Further digits of a second are left out.
 * @returns undefined for what is none, such as `infinity`, `0044-03-15 BC` or 31 February.
 */
export function localTimeOf(text: string): number | undefined {
  const match = SHAPE.exec(text);
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = [1, 2, 3, 4, 5, 6].map((i) =>
    Number(match[i] ?? 0),
  ) as Six;
  const fraction = match[7] === undefined ? 0 : Number(match[7].padEnd(3, '0').slice(0, 3));
  if (year < FIRST_YEAR || month < 1 || month > 12 || day < 1) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const ms = Date.UTC(year, month - 1, day, hour, minute, second, fraction);
  return day > 28 && new Date(ms).getUTCDate() !== day ? undefined : ms;
}

type Six = [number, number, number, number, number, number];

/** `Date.UTC` takes years below 100 for the 20th century. */
const FIRST_YEAR = 100;
/** 1 March 1900: before it programs disagree, for one of them takes 1900 for a leap year. */
const FIRST_SERIAL = 61;
/** 1 January 10000. */
const END_SERIAL = 2_958_466;

/** Days since 30 December 1899, as spreadsheets count them; undefined for what they cannot show. */
export function serialOf(local: number): number | undefined {
  const serial = local / DAY + 25_569;
  return serial >= FIRST_SERIAL && serial < END_SERIAL ? serial : undefined;
}

/** A local time in a pattern such as `dd/MM/yyyy`. */
export function textOfLocalTime(local: number, pattern: string): string {
  const iso = new Date(local).toISOString();
  const parts: Readonly<Record<string, string>> = {
    yyyy: iso.slice(0, 4),
    MM: iso.slice(5, 7),
    dd: iso.slice(8, 10),
    HH: iso.slice(11, 13),
    mm: iso.slice(14, 16),
    ss: iso.slice(17, 19),
    SSS: iso.slice(20, 23),
  };
  return pattern.replaceAll(/yyyy|MM|dd|HH|mm|ss|SSS/g, (token) => parts[token]!);
}
