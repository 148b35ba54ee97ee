import type { ConfigInput } from '../src/config/config-schema.ts';
import type { SampleStation } from '../src/weather/sample/climate.ts';
import { PERIOD_MINUTES } from '../src/weather/sample/instruments.ts';
import type { SampleEntry } from '../src/weather/sample/layouts.ts';
import { randomOf, type Random } from '../src/sampling/random.ts';
import { sampleFiles, sampleStations } from '../src/weather/sample/make-sample.ts';
import { spoiledFile } from './spoiled.ts';

/** A file that a station sends. */
export interface Sending {
  /** Milliseconds of play, by the clock on the wall. */
  at: number;
  /** Path below the inbox; no two files have the same. */
  name: string;
  text: string;
  /** `written`: under its own name, piece by piece, so that the loader sees it grow; else complete, by rename. */
  manner: 'renamed' | 'written';
  what: 'in time' | 'late' | 'again' | 'replacement' | 'overlap' | 'spoiled';
}

export interface NetworkOptions {
  stations: number;
  minutes: number;
  speed: number;
  seed: string;
}

/** In some zones of the network the clocks change during the first night of the play. */
const FIRST_DAY = '2026-03-29';
/** Two files about the same moment arrive at least this long after each other, ms: which one counts is no chance. */
const APART = 15_000;
const SECOND = 1_000;

function networkStations(count: number): SampleStation[] {
  return sampleStations(count).map((station, i) =>
    i % 10 === 3 ? { ...station, timezone: 'Europe/Paris' } : station,
  );
}

/** The section `weather` of the installation's configuration. */
export function networkSettings(count: number): NonNullable<ConfigInput['weather']> {
  const stations = networkStations(count).map(({ code, timezone }) => [code, { timezone }]);
  return { stations: Object.fromEntries(stations) };
}

/**
 * All files of the play in the order in which they are sent: a file of one observation from each station every five
 * simulated minutes, in both layouts; among them late ones, whole outages sent afterwards from the last to the first,
 * repetitions, replacements, overlaps, and files that are broken or bad in part.
 *
 * Where files are about the same moment, the later one also has the later name, and all of them are of one sort: what
 * counts hangs neither on the runs in which they are loaded nor on what is killed when.
 */
export function planNetwork(options: NetworkOptions): Sending[] {
  const { minutes, speed, seed } = options;
  const end = minutes * 60 * SECOND;
  const period = (PERIOD_MINUTES * 60 * SECOND) / speed;
  const count = Math.max(1, Math.floor(end / period));
  const stations = networkStations(options.stations);
  const files = observationFiles(stations, count, seed);
  const sendings = stations.flatMap((station, i) =>
    stationsSendings(station, i, files.get(station.code)!, {
      period,
      end,
      random: randomOf('soak', seed, station.code),
    }),
  );
  return sendings.map((s) => ({ ...s, at: Math.min(s.at, end) })).sort((a, b) => a.at - b.at);
}

interface Observation {
  name: string;
  text: string;
}

/** The first `count` observations of each station, by code. */
function observationFiles(
  stations: readonly SampleStation[],
  count: number,
  seed: string,
): Map<string, Observation[]> {
  const found = new Map(stations.map(({ code }) => [code, [] as Observation[]]));
  const weather = Math.floor(1e6 * randomOf('weather', seed)());
  // A day may have 23 hours.
  const days = Math.ceil((count + 12) / 288);
  for (const file of sampleFiles({ stations, from: FIRST_DAY, days, onePerFile: true, seed: weather })) {
    const own = found.get(file.name.split('.')[1]!)!;
    if (own.length < count) own.push(file);
  }
  return found;
}

interface Play {
  period: number;
  end: number;
  random: Random;
}

function stationsSendings(
  { code }: SampleStation,
  index: number,
  files: readonly Observation[],
  { period, end, random }: Play,
): Sending[] {
  const manner = index % 4 === 1 ? 'written' : 'renamed';
  const folder = index % 3 === 2 ? `${code}/` : '';
  const offset = random() * period;
  const outage = outageOf(files.length, random);
  const sendings: Sending[] = [];
  const send = (at: number, name: string, text: string, what: Sending['what']) =>
    void sendings.push({ at, name: folder + name, text, manner, what });

  const times = files.map((_, p) => {
    const onTime = p * period + offset;
    if (outage && p >= outage.from && p < outage.to)
      return { at: outage.to * period + offset + (outage.to - p) * 20, late: true };
    return random() < 0.06
      ? { at: onTime + random() * 90 * SECOND, late: true }
      : { at: onTime, late: false };
  });
  /** Of this observation there are no further files: an overlap is about it already. */
  let reserved = -1;
  for (const [p, { name, text }] of files.entries()) {
    const { at, late } = times[p]!;
    send(at, name, text, late ? 'late' : 'in time');
    const stem = name.replace(/\.json$/, '');
    const after = at + APART + random() * 30 * SECOND;
    const dice = p === reserved ? 1 : random();
    const next = times[p + 1];
    if (dice < 0.05) {
      send(after, `${stem}.sent-again.json`, text, 'again');
    } else if (dice < 0.1) {
      send(after, `${stem}.replaced.1.json`, withTemperature(text, 10), 'replacement');
      if (random() < 0.5) {
        send(after + APART, `${stem}.replaced.2.json`, withTemperature(text, 20), 'replacement');
        send(after + 2 * APART, `${stem}.replaced.3.json`, withTemperature(text, 10), 'replacement');
      }
    } else if (next && dice < 0.12) {
      send(Math.max(at, next.at) + APART, `overlap.${stem}.json`, shifted(text), 'overlap');
      reserved = p + 1;
    }
    if (random() < 0.05) {
      const spoiled = spoiledFile(code, p, text, random);
      send(at + random() * period, spoiled.name, spoiled.text, 'spoiled');
    }
  }
  return sendings.filter(({ at, what }) => at < end || what === 'in time' || what === 'late');
}

/** Some stations are cut off for a while, and send everything when they are back. */
function outageOf(count: number, random: Random): { from: number; to: number } | undefined {
  if (count < 8 || random() < 0.7) return undefined;
  const from = Math.floor(random() * count * 0.6);
  return { from, to: Math.min(count - 1, from + 3 + Math.floor(random() * count * 0.3)) };
}

type Item = Record<string, unknown>;

/** The same observation, to replace the first; both layouts have their values in an object of their own. */
function withTemperature(text: string, temperature: number): string {
  return changed(text, (item) => {
    item['force_replace'] = true;
    const values = (item['current'] ?? item['valeurs']) as Item;
    for (const key of ['out_temp', 'out_temp_avg', 'out_temp_min', 'out_temp_max']) values[key] = temperature;
  });
}

/** A period that begins in one observation and ends in the next: it is refused. */
function shifted(text: string): string {
  return changed(text, (item) => {
    item['stop_dat'] = String(item['stop_dat']).replace(
      /(\d)(\d):00$/,
      (_, tens: string, ones: string) => `${tens}${Number(ones) + 2}:00`,
    );
    delete item['start_dat'];
  });
}

function changed(text: string, change: (item: Item) => void): string {
  const entries = JSON.parse(text) as SampleEntry[];
  for (const { data } of entries) for (const item of data) change(item);
  return JSON.stringify(entries);
}
