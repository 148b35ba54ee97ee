import type { GrowthSizes } from '../../options.ts';
import type { Section } from '../../report.ts';
import type { Place } from '../installation.ts';
import { measureLate } from './late.ts';
import { measureLimits } from './limits.ts';
import { measureNetwork } from './network.ts';

/** How costs follow what changed, not what is stored; gives each section as soon as it is measured. */
export async function* measureGrowth(
  sizes: GrowthSizes,
  place: Place,
  say: (line: string) => void,
): AsyncGenerator<Section> {
  yield await measureLate(sizes, place, say);
  yield await measureLimits(sizes, place, say);
  yield await measureNetwork(sizes, place, say);
}
