/** Directions that cancel out to less than this much of a wind, m/s, leave none: what is left of them is rounding. */
const NOTHING = 1e-9;

/**
 * The mean direction, degrees in [0, 360] that the wind comes from, of the summed components of `minutes` of wind:
 * `<m>_u` and `_v` weighted by speed, `<m>_dir_u` and `_dir_v` each minute alike. Null without directions, and where
 * they cancel out. View `aggregate_by_measure` computes the same.
 */
export function meanDirection(u: number | null, v: number | null, minutes: number | null): number | null {
  if (u === null || v === null || !(Math.hypot(u, v) > NOTHING * Math.max(minutes ?? 0, 1))) return null;
  const degrees = (Math.atan2(-u, -v) * 180) / Math.PI;
  return degrees < 0 ? degrees + 360 : Math.abs(degrees);
}
