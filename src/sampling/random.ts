/** A source of numbers in [0, 1) that a seed determines: mulberry32, good enough for weather. */
export type Random = () => number;

/** The same words give the same numbers, on every machine and in every version. */
export function randomOf(...seed: readonly (string | number)[]): Random {
  let state = hash(seed.join(' '));
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Around 0, mostly within ±1, never beyond ±2: a sum of uniforms is normal enough, and has no outliers. */
export function noise(random: Random): number {
  return (random() + random() + random() + random() - 2) * 1.2;
}

/** FNV-1a. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h;
}
