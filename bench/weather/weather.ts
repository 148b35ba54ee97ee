import { rmSync } from 'node:fs';
import path from 'node:path';
import { mebibytes, median, percent, rate, seconds } from '../numbers.ts';
import { firstStart } from '../../src/activities/engine/downstream.ts';
import type { Sizes } from '../options.ts';
import type { Section } from '../report.ts';
import { datasetPairs, type Dataset, type DatasetPair } from './dataset.ts';
import type { Place } from './installation.ts';
import type { Measured } from './job.ts';
import { measureMemory, measureRound, type Round } from './rounds.ts';

/** One set of files, measured. */
interface Found {
  dataset: Dataset;
  rounds: Round[];
  twice: { dataset: Dataset } & Pick<Round, 'load' | 'aggregate'>;
}

const labels: Record<keyof Round, string> = {
  parse: 'bare JSON.parse',
  copy: 'bare COPY',
  load: 'load',
  aggregate: 'aggregate',
  endToEnd: 'load and aggregate',
};

/** Measures every set that can be measured here; gives each as soon as it is done. */
export async function* measureWeather(
  sizes: Sizes,
  place: Place,
  say: (line: string) => void,
): AsyncGenerator<Section> {
  const pairs = datasetPairs(sizes);
  if (sizes.real && !pairs.some(({ name }) => name.endsWith('real')))
    say('no real files: ../shared/data/weather is not there; simulated ones only');
  for (const pair of pairs) yield describe(await measurePair(pair, sizes, place, say));
}

async function measurePair(
  pair: DatasetPair,
  { repeat }: Sizes,
  place: Place,
  say: (line: string) => void,
): Promise<Found> {
  const once = pair.make(path.join(place.folder, 'once'), 1);
  const twice = pair.make(path.join(place.folder, 'twice'), 2);
  try {
    const rounds: Round[] = [];
    while (rounds.length < repeat) {
      say(`${pair.name}: round ${rounds.length + 1} of ${repeat}`);
      rounds.push(await measureRound(once, place));
    }
    say(`${pair.name}: memory with twice the files`);
    return { dataset: once, rounds, twice: { dataset: twice, ...(await measureMemory(twice, place)) } };
  } finally {
    for (const { folder } of [once, twice]) rmSync(folder, { recursive: true });
  }
}

function describe({ dataset, rounds, twice }: Found): Section {
  const { name, files, observations, bytes } = dataset;
  const ms = (what: keyof Round) => median(rounds.map((round) => round[what].ms));
  const slowerBare = Math.max(ms('parse'), ms('copy'));
  const row = (
    label: string,
    of: Dataset,
    all: readonly Measured[],
    columns: 'all' | 'no share' | 'bare',
  ) => {
    const time = median(all.map((each) => each.ms));
    return [
      label,
      rate((of.observations / time) * 1000),
      rate((of.files / time) * 1000),
      seconds(time),
      columns === 'all' ? percent(slowerBare / time) : '',
      seconds(median(all.map(({ cpu }) => cpu.own))),
      all.some(({ cpu }) => cpu.server === undefined)
        ? ''
        : seconds(median(all.map(({ cpu }) => cpu.server!))),
      columns === 'bare' ? '' : mebibytes(Math.max(...all.map(({ memoryPeak }) => memoryPeak))),
    ];
  };
  const rowOf = (what: keyof Round, columns: 'all' | 'bare') =>
    row(
      labels[what],
      dataset,
      rounds.map((round) => round[what]),
      columns,
    );
  const before = mebibytes(median(rounds.map(({ load }) => load.memoryBefore)));
  return {
    title: `Weather: ${name} (${files} files, ${observations} observations, ${mebibytes(bytes)})`,
    head: [
      '',
      'observations/s',
      'files/s',
      'time',
      'of the slower bare one',
      'CPU',
      'CPU of PostgreSQL',
      'peak memory',
    ],
    rows: [
      rowOf('parse', 'bare'),
      rowOf('copy', 'bare'),
      rowOf('load', 'all'),
      rowOf('aggregate', 'all'),
      rowOf('endToEnd', 'all'),
      ...(['load', 'aggregate'] as const).map((what) =>
        row(`${labels[what]}, twice the files`, twice.dataset, [twice[what]], 'no share'),
      ),
    ],
    notes: [
      `Median of ${rounds.length}; each in a process of its own that holds ${before} before it begins. ` +
        `"load and aggregate" is end to end: file in the inbox → aggregates of all levels committed, the aggregator starting ${firstStart / 1000} s into the load as under the engine.`,
    ],
    data: { dataset, rounds, twice },
  };
}
