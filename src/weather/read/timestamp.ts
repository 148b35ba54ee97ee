/** An instant (ms, ±∞) as PostgreSQL takes a timestamptz. */
export function toTimestamp(instant: number): string {
  if (Number.isFinite(instant)) return new Date(instant).toISOString();
  return instant < 0 ? '-infinity' : 'infinity';
}
