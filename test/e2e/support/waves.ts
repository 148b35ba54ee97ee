import { sampleFiles, sampleStations, type SampleFile } from '../../../src/weather/sample/make-sample.ts';

/** A file for the inbox. */
export interface InputFile {
  /** Path below the inbox. */
  name: string;
  text: string;
}

/** How the tests' loaders read them: one station is configured, the others are made of their files. */
export const weather = { autoRegister: true, stations: { SIM01: { name: 'configured' } } };

/** Many small groups; the day files of layout A are larger than `streamBytes`. */
export const loading = { stableFor: 0, groupFiles: 4, groupBytes: 700_000, streamBytes: 600_000 };

export const aggregating = { batch: 5 };

const DAY = '2024-06-02';
const [current, valeurs, single] = sampleStations(3);

/**
 * What stations send, in three waves, each delivered when the one before is loaded: which of two observations of the
 * same moment came first must not be left to chance. Every way in which a file can end is in it.
 */
export function waves(): InputFile[][] {
  return [firstWave(), secondWave(), thirdWave()];
}

/** Day files of both layouts, a station's single observations, broken files of several sorts. */
function firstWave(): InputFile[] {
  const days = [...sampleFiles({ stations: [current!, valeurs!], from: DAY, days: 2 })];
  const singles = oneByOne(DAY, 48);
  return [
    ...days,
    ...singles,
    { name: 'obs.broken-off.json', text: days[0]!.text.slice(0, 5_000) },
    { name: 'empty.json', text: '' },
    { name: 'not json.json', text: '<html>502 Bad Gateway</html>' },
    { name: 'obs.number.json', text: '42' },
    { name: 'obs.nobody.json', text: singles[0]!.text.replaceAll(single!.code, 'a code that is too long') },
    { name: 'below/two/folders/obs.json', text: oneByOne('2024-06-05', 1)[0]!.text },
    { name: `${'long'.repeat(60)}.json`, text: oneByOne('2024-06-06', 1)[0]!.text },
    { name: '100%2F~1.json', text: oneByOne('2024-06-07', 1)[0]!.text },
  ];
}

/** Replacements, repetitions, overlaps, spoiled items: what depends on what is there already. */
function secondWave(): InputFile[] {
  const [day] = sampleFiles({ stations: [valeurs!], from: DAY, days: 1 });
  const singles = oneByOne(DAY, 20);
  const hot = (n: number, temperature: number) => ({
    name: `replace.${n}.json`,
    text: JSON.stringify([
      {
        meteor: single!.code,
        data: [
          {
            stop_dat: `${DAY}T00:30:00`,
            force_replace: true,
            current: { duration: 5, out_temp: temperature, rain: temperature / 10 },
          },
        ],
      },
    ]),
  });
  return [
    // 10, 20, 10: three files, the last one counts.
    hot(1, 10),
    hot(2, 20),
    hot(3, 10),
    // Sent again: under its old name, and twice under another.
    ...singles,
    { name: 'again.1.json', text: singles[0]!.text },
    { name: 'again.2.json', text: singles[0]!.text },
    { name: 'again/again.1.json', text: singles[1]!.text },
    // A station is first heard of in a file that is refused in part.
    { name: 'partly.1.json', text: JSON.stringify(partlyBad('NEW01', DAY)) },
    { name: 'partly.2.json', text: JSON.stringify(partlyBad(single!.code, '2024-06-08')) },
    { name: 'partly.day.json', text: spoil(day!.text) },
    // Overlaps what is in the database, and what comes with it.
    { name: 'overlap.1.json', text: JSON.stringify(overlapping('2024-06-09', 5)) },
    { name: 'overlap.2.json', text: JSON.stringify(overlapping('2024-06-09', 3)) },
    { name: 'overlap.3.json', text: JSON.stringify(overlapping(DAY, 3)) },
  ];
}

/** Late data, the stations' own aggregates, and once more what was there. */
function thirdWave(): InputFile[] {
  const late = [...sampleFiles({ stations: [current!, valeurs!], from: '2024-05-31', days: 1 })];
  return [
    ...late,
    ...oneByOne('2024-06-01', 24),
    { name: 'history.json', text: JSON.stringify(history()) },
    { name: 'history.again.json', text: JSON.stringify(history()) },
    { name: 'broken.again.json', text: '[{"meteor":' },
    { name: 'empty.json', text: '' },
  ];
}

/** A file per observation of one station: the first `count` of a day. */
function oneByOne(from: string, count: number): SampleFile[] {
  return [...sampleFiles({ stations: [single!], from, days: 1, onePerFile: true })].slice(0, count);
}

function partlyBad(meteor: string, day: string) {
  const item = (time: string, values: object) => ({
    stop_dat: `${day}T${time}`,
    current: { duration: 5, ...values },
  });
  return [
    {
      meteor,
      data: [
        item('12:00:00', { out_temp: 21 }),
        item('12:05:00', { out_temp: 'abc' }),
        item('12:10:00', { out_temp: 99, humidity: 70, leaf_wetness: 3 }),
        { stop_dat: '2024-13-11T00:00:00', current: { duration: 5 } },
        item('12:15:00', { out_temp: 23, rain: 1.5 }),
        item('12:15:00', { out_temp: 24 }),
      ],
    },
  ];
}

/** Every 50th item stands twice: the neighbours of a bad item are loaded all the same. */
function spoil(text: string): string {
  const entries = JSON.parse(text) as { data: { stop_dat: string; update_me?: boolean }[] }[];
  for (const { data } of entries) {
    data.forEach((item, i) => (i % 2 === 0 ? (item.update_me = true) : undefined));
    for (let i = data.length - 1; i >= 0; i -= 50) data.splice(i, 0, { ...data[i]!, update_me: false });
  }
  return JSON.stringify(entries);
}

/** Periods of 5 minutes that end at odd minutes. */
function overlapping(day: string, offset: number) {
  return [
    {
      meteor: current!.code,
      data: Array.from({ length: 6 }, (_, i) => ({
        stop_dat: `${day}T10:${String(5 * i + offset).padStart(2, '0')}:00`,
        current: { duration: 5, out_temp: 20 + i, wind_avg: i, wind_dir: 90 },
      })),
    },
  ];
}

function history() {
  const aggregate = (level: string, start: string, value: number) => ({
    level,
    start_dat: start,
    out_temp_max: value + 5,
    out_temp_min: value - 5,
    rain_sum: value,
  });
  return [
    {
      meteor: single!.code,
      data: Array.from({ length: 10 }, (_, i) => {
        const start = `2023-01-${String(i + 1).padStart(2, '0')}T00:00:00`;
        return {
          start_dat: start,
          stop_dat: `2023-01-${String(i + 2).padStart(2, '0')}T00:00:00`,
          aggregations: [aggregate('D', start, i), aggregate('H', start, i)],
          validation: [aggregate('D', start, i + 1)],
        };
      }),
    },
  ];
}
