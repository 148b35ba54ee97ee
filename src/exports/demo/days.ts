/** Local time so many seconds after midnight of `date`: `2026-11-20 08:15:00`. */
export function timeOn(date: string, seconds: number): string {
  const moment = new Date(Date.parse(`${date}T00:00:00Z`) + Math.floor(seconds) * 1_000);
  return moment.toISOString().slice(0, 19).replace('T', ' ');
}
