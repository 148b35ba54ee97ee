import ms from 'ms';

/** `2026-06-01 13:05:00`, in this machine's time zone: what an operator's clock shows. */
export function clock(iso: string): string {
  // Swedish writes dates as ISO does, without the T.
  return new Date(iso).toLocaleString('sv-SE');
}

/** A span in words as short as they come: `12s`, `3m`, `2h`. */
export function span(milliseconds: number): string {
  return ms(Math.round(milliseconds));
}

/** `2026-06-01 13:05:00 (3m ago)`, or `(in 12s)`. */
export function clockAndDistance(iso: string, now = Date.now()): string {
  return `${clock(iso)} (${distance(iso, now)})`;
}

/** `3m ago`, `in 12s`, `now`. */
export function distance(iso: string, now = Date.now()): string {
  const ahead = Date.parse(iso) - now;
  if (Math.abs(ahead) < 1000) return 'now';
  return ahead > 0 ? `in ${span(ahead)}` : `${span(-ahead)} ago`;
}
