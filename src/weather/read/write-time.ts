import { writeLocal } from '../local-time.ts';
import type { Zone } from '../../time/zone.ts';

const MINUTE = 60_000;
/** No zone moves its clocks by more. */
const LARGEST_SHIFT = 180 * MINUTE;

/**
 * An instant (ms) as stations write it: local time without a zone, `2021-06-01T13:00:00`. A local time that comes
 * twice, when clocks go back, gets its offset: `2021-10-31T02:00:00+01:00`.
 */
export function writeTime(instant: number, zone: Zone): string {
  const offset = zone.offsetAt(instant);
  const local = instant + offset;
  const twice = [-LARGEST_SHIFT, LARGEST_SHIFT].some((step) => {
    const other = zone.offsetAt(instant + step);
    return other !== offset && zone.offsetAt(local - other) === other;
  });
  return twice ? writeLocal(local) + writeOffset(offset) : writeLocal(local);
}

/** A written time as people read it: without a T, and without seconds where they are 0: `2021-10-31 02:00+01:00`. */
export function spellTime(written: string): string {
  return written.replace('T', ' ').replace(/:00(?=$|[+-]\d\d:\d\d$)/, '');
}

function writeOffset(offset: number): string {
  const minutes = Math.abs(offset) / MINUTE;
  const two = (n: number) => String(Math.trunc(n)).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
}
