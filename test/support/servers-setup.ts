import { build } from './built.ts';
import { temporalProgram } from './temporal-program.ts';

/** Makes ready what the tiers with servers start, before the first test: it takes longer than a test may. */
export default async function setup(): Promise<void> {
  await build();
  await temporalProgram();
}
