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
  const [, year, month, day, hour = 0, minute = 0, second = 0, fraction = ''] = match;
  const ms = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
    Number(fraction.padEnd(3, '0').slice(0, 3)),
  );
  return ms >= FIRST && new Date(ms).toISOString().slice(0, 10) === text.slice(0, 10) ? ms : undefined;
}

/** `Date.UTC` takes years below 100 for the 20th century. */
const FIRST = Date.UTC(100, 0, 1);
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
