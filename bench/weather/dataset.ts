import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { sampleFiles, sampleStations } from '../../src/weather/sample/make-sample.ts';
import type { Sizes } from '../options.ts';

/** Files to load, in a folder of their own that is never changed. */
export interface Dataset {
  name: string;
  folder: string;
  files: number;
  observations: number;
  bytes: number;
}

/** A set of files and another twice as large: memory must be the same for both. */
export interface DatasetPair {
  name: string;
  /** Writes it into `folder`, `times` as large. */
  make(folder: string, times: 1 | 2): Dataset;
}

interface SourceFile {
  name: string;
  text: string;
  observations: number;
}

const FIRST_DAY = '2026-01-01';
const FILES_PER_DAY = 288;

/** The sets that can be measured here: simulated ones, and real ones where stations' files are at hand. */
export function datasetPairs(sizes: Sizes): DatasetPair[] {
  const { stations, days, singles } = sizes;
  return [
    pair('day files, simulated', (times) =>
      sampleFiles({ stations: sampleStations(stations), from: FIRST_DAY, days: days * times }),
    ),
    pair('one-observation files, simulated', (times) => simulatedSingles(singles * times, stations)),
    ...(sizes.real ? realPairs(sizes) : []),
  ];
}

function* simulatedSingles(count: number, stations: number): Generator<SourceFile> {
  const days = Math.ceil(count / (stations * FILES_PER_DAY));
  let left = count;
  for (const file of sampleFiles({
    stations: sampleStations(stations),
    from: FIRST_DAY,
    days,
    onePerFile: true,
  })) {
    if (left-- <= 0) return;
    yield file;
  }
}

/** Stations' own files, beside the project; they are read there and written to temporary folders only. */
const real = path.join(import.meta.dirname, '../../../shared/data/weather');

function realPairs({ stations, days, singles }: Sizes): DatasetPair[] {
  const dayFiles = readReal('MTG320', /^obs\.currents\./);
  const singleFiles = readReal('one-per-file', /^obs\./);
  if (dayFiles.length === 0 || singleFiles.length === 0) return [];
  // As many copies, each as a station of its own, as give a set of the size of the simulated one.
  const copiesOf = (files: readonly SourceFile[], observations: number) =>
    Math.max(1, Math.round(observations / files.reduce((sum, file) => sum + file.observations, 0)));
  return [
    pair('day files, real', (times) =>
      copies(dayFiles, copiesOf(dayFiles, stations * days * FILES_PER_DAY) * times),
    ),
    pair('one-observation files, real', (times) =>
      copies(singleFiles, copiesOf(singleFiles, singles) * times),
    ),
  ];
}

function readReal(folder: string, wanted: RegExp): SourceFile[] {
  let names: string[];
  try {
    names = readdirSync(path.join(real, folder)).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return names
    .filter((name) => wanted.test(name) && name.endsWith('.json'))
    .map((name) => {
      const text = readFileSync(path.join(real, folder, name), 'utf8');
      return { name, text, observations: countObservations(JSON.parse(text)) };
    });
}

function countObservations(file: unknown): number {
  const entries = (Array.isArray(file) ? file : [file]) as { data: { current?: unknown }[] }[];
  return entries.flatMap(({ data }) => data).filter(({ current }) => current).length;
}

function* copies(files: readonly SourceFile[], count: number): Generator<SourceFile> {
  for (let copy = 1; copy <= count; copy += 1) {
    const code = `REAL${copy}`;
    for (const { name, text, observations } of files) {
      yield {
        name: name.replace('obs.', `obs.${code}.`),
        text: text.replaceAll(/("meteor"\s*:\s*)"[^"]*"/g, `$1"${code}"`),
        observations,
      };
    }
  }
}

function pair(name: string, files: (times: 1 | 2) => Iterable<SourceFile>): DatasetPair {
  return {
    name,
    make(folder, times) {
      mkdirSync(folder, { recursive: true });
      const made: Dataset = { name, folder, files: 0, observations: 0, bytes: 0 };
      for (const file of files(times)) {
        writeFileSync(path.join(folder, file.name), file.text);
        made.files += 1;
        made.observations += file.observations;
        made.bytes += Buffer.byteLength(file.text);
      }
      return made;
    },
  };
}
