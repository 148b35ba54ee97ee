/**
 * What clock a post's hours are of. Météo-France: « les heures sont exprimées en UTC pour la métropole et en FU
 * pour l'outre-mer ». FU is the time of the post's own zone: in the files of Gillot (97418110) the sun is highest
 * at 12 h, not at 8 h. Numbers of posts begin with the département: 971 … 988 lie overseas.
 */
export function defaultTimezone(post: string): string {
  return /^9[78]\d{6}$/.test(post) ? 'station' : 'UTC';
}

const HOUR = 3_600_000;
const MINUTES_A_DAY = 1440;

/**
 * `AAAAMMJJHH` as the clock shows it, in ms as if that clock were UTC; NaN when there is no such hour. 24 is
 * midnight, as 00 of the next day.
 */
export function readHour(text: string): number {
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)$/.exec(text);
  if (!match) return Number.NaN;
  const [year, month, day, hour] = match.slice(1).map(Number) as [number, number, number, number];
  const start = Date.UTC(year, month - 1, day);
  const date = new Date(start);
  // Date would turn 31 June into 1 July.
  if (year < 1000 || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day || hour > 24)
    return Number.NaN;
  return start + hour * HOUR;
}

/**
 * How many minutes before the end of its hour a time `HHMM` (also `959`, `1`) lies, 0 to 60; NaN when it is no
 * time within the hour that ends at `local` (ms, the same clock).
 */
export function minutesBefore(text: string, local: number): number {
  if (!/^\d{1,4}$/.test(text)) return Number.NaN;
  const hhmm = Number(text);
  const minute = hhmm % 100;
  const minutes = Math.floor(hhmm / 100) * 60 + minute;
  if (minute > 59 || minutes > MINUTES_A_DAY) return Number.NaN;
  const before = (((local / 60_000 - minutes) % MINUTES_A_DAY) + MINUTES_A_DAY) % MINUTES_A_DAY;
  return before <= 60 ? before : Number.NaN;
}
