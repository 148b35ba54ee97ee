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
  growth: GrowthSizes;
  transfer: TransferSizes;
  archive: ArchiveSizes;
  /** Records of the library over which rules go. */
  rules: { records: number };
  /** Rows of an export to CSV and `.xlsx`, and to `.xls`, which holds 65,535 on a sheet. */
  exports: { csv: number; xls: number };
}

/** Numbers of files; `small`, `smallTls` and `far` are of 2 KB. */
export interface TransferSizes {
  small: number;
  /** Over FTPS, where lftp takes 50 ms for each. */
  smallTls: number;
  /** Behind a relay. */
  far: number;
  large: number;
  /** Of each large one. */
  largeBytes: number;
}

/** Numbers of files that are archived. */
export interface ArchiveSizes {
  /** Of some KB. */
  small: number;
  large: number;
  /** Of each large one. */
  largeBytes: number;
}

export interface GrowthSizes {
  /** Days of the history at whose end single observations come, and how many of them. */
  history: number;
  singles: number;
  /** Days of the one station whose limits change. */
  yearDays: number;
  /** The network, and the days of its day files. */
  stations: number;
  days: number;
}

export interface BenchOptions {
  sizes: Sizes;
  quick: boolean;
  parts: ReadonlySet<Part>;
  /** Where the numbers go as JSON. */
  json?: string;
}

const partNames = ['weather', 'growth', 'engine', 'transfer', 'archive', 'rules', 'exports'] as const;
type Part = (typeof partNames)[number];

const YEAR = 365;

const full: Sizes = {
  stations: 40,
  days: 8,
  singles: 12_000,
  real: true,
  repeat: 3,
  runs: 50,
  queries: 50,
  ticks: 3,
  growth: { history: 3653, singles: 200, yearDays: 365, stations: 50, days: YEAR },
  transfer: { small: 2_000, smallTls: 500, far: 400, large: 10, largeBytes: 50_000_000 },
  archive: { small: 2_000, large: 10, largeBytes: 50_000_000 },
  rules: { records: 1_000_000 },
  exports: { csv: 1_000_000, xls: 65_000 },
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
  growth: { history: 40, singles: 5, yearDays: 3, stations: 3, days: YEAR },
  transfer: { small: 20, smallTls: 5, far: 5, large: 2, largeBytes: 1_000_000 },
  archive: { small: 20, large: 2, largeBytes: 1_000_000 },
  rules: { records: 2_000 },
  exports: { csv: 2_000, xls: 500 },
};

/** How much of the network's year is measured, where --scale says nothing: all of it takes a quarter of an hour. */
const scales = { quick: 1 / 50, all: 1 / 10, growth: 1 };

export const usage = `npm run bench -- [--quick] [--only weather|growth|engine|transfer|archive|rules|exports]
                    [--repeat <n>] [--scale <share>] [--json <file>]

Measures loading, aggregating, what they cost when much is stored, and the engine, on servers of its own, beside the
limits: bare JSON.parse and bare COPY of the same rows; fetching by FTP, beside lftp and rclone; archiving, beside cp and
sha256sum; rules over records, beside the bare statement; exports, beside COPY. A quarter of an hour on two cores; nothing else should run meanwhile.

  --quick         small sizes: shows that everything runs, its numbers mean nothing
  --only <part>   weather, growth, engine, transfer, archive, rules or exports
  --repeat <n>    times that each measurement of weather and the library is made (${full.repeat}); the median counts
  --scale <share> how much of a year of ${full.growth.stations} stations is loaded, 0.1 or 1/10; all of it (5.2 million
                  observations, a quarter of an hour) with --only growth, else a tenth
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
      scale: { type: 'string' },
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
  const scale =
    values.scale === undefined
      ? scales[values.quick ? 'quick' : only === 'growth' ? 'growth' : 'all']
      : readScale(values.scale);
  sizes.growth = { ...sizes.growth, days: Math.max(1, Math.round(sizes.growth.days * scale)) };
  return {
    sizes,
    quick: values.quick,
    parts: new Set(only ? [only] : partNames),
    ...(values.json === undefined ? {} : { json: values.json }),
  };
}

/** `0.1` or `1/10`. */
function readScale(text: string): number {
  const [part, whole = 1] = text.split('/').map(Number);
  const scale = part! / whole;
  if (!(scale > 0 && scale <= 1))
    throw new Error(`--scale ${text}: expected a share of 1, such as 0.1 or 1/10`);
  return scale;
}
