import { parseArgs } from 'node:util';

/** How much is measured. */
export interface Sizes {
  stations: number;
  /** Days of day files per station: one file of 288 observations each. */
  days: number;
  /** Files of one observation each. */
  singles: number;
  /** Stations' own files too, where they are at hand. */
  real: boolean;
  /** Times that each weather measurement is made; the median counts. */
  repeat: number;
  /** Runs whose latencies are measured. */
  runs: number;
  /** Queries of `status`. */
  queries: number;
  /** Idle ticks of a schedule whose histories are counted. */
  ticks: number;
}

export interface BenchOptions {
  sizes: Sizes;
  quick: boolean;
  parts: ReadonlySet<Part>;
  /** Where the numbers go as JSON. */
  json?: string;
}

const partNames = ['weather', 'engine'] as const;
type Part = (typeof partNames)[number];

const full: Sizes = {
  stations: 40,
  days: 8,
  singles: 12_000,
  real: true,
  repeat: 3,
  runs: 50,
  queries: 50,
  ticks: 3,
};

/** Enough to see that everything runs; its numbers mean nothing. */
const quick: Sizes = {
  stations: 2,
  days: 1,
  singles: 50,
  real: false,
  repeat: 1,
  runs: 3,
  queries: 5,
  ticks: 1,
};

export const usage = `npm run bench -- [--quick] [--only weather|engine] [--repeat <n>] [--json <file>]

Measures loading, aggregating and the engine on servers of its own, beside the limits: bare JSON.parse and bare COPY
of the same rows. Some minutes on two cores; nothing else should run meanwhile.

  --quick         small sizes: shows that everything runs, its numbers mean nothing
  --only <part>   weather or engine
  --repeat <n>    times that each weather measurement is made (${full.repeat}); the median counts
  --json <file>   writes all numbers, those of each repetition too
`;

/** Reads the command line. Throws with words for the user when it makes no sense. */
export function readOptions(args: readonly string[]): BenchOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      repeat: { type: 'string' },
      json: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const sizes = { ...(values.quick ? quick : full) };
  if (values.repeat !== undefined) {
    sizes.repeat = Number(values.repeat);
    if (!Number.isInteger(sizes.repeat) || sizes.repeat < 1)
      throw new Error(`--repeat ${values.repeat}: expected a whole number from 1 on`);
  }
  const only = partNames.find((part) => part === values.only);
  if (values.only !== undefined && !only)
    throw new Error(`--only ${values.only}: expected ${partNames.join(' or ')}`);
  return {
    sizes,
    quick: values.quick,
    parts: new Set(only ? [only] : partNames),
    ...(values.json === undefined ? {} : { json: values.json }),
  };
}
