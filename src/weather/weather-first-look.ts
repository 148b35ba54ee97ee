import type { Pool } from 'pg';
import { readIncidents, unresolved } from '../incidents/read-incidents.ts';
import type { Incident } from '../task/incident.ts';
import { loadJson } from './load/load-json-kind.ts';
import { loadFolders, nameOf, type LoadSettings } from './load/load-settings.ts';
import { show, type Shown } from './read/read-buckets.ts';
import { firstLookStations, writeFirstLook } from './sample/sample-tables.ts';
import { weatherSection } from './weather-settings.ts';
import { useSchema } from './weather-schema.ts';
import type { Output } from '../command/output.ts';
import { table } from '../command/table.ts';
import { untilTrue, type FirstLook, type Where } from '../module/first-look.ts';

/** What became of the sample. */
interface Sample {
  files: number;
  /** Level D of the sample's stations. */
  days: Shown[];
  refused: Incident[];
}

/**
 * What a new installation does first: a generated sample of two stations goes into the inbox, is loaded and
 * aggregated, and what became of it is given. Does nothing where a file was ever loaded.
 *
 * Throws the control workflow's refusal when the loading task is stopped; the files then wait, as any would.
 */
export async function lookAtWeather({
  config,
  pool,
  signal,
  say,
  runNow,
}: Where): Promise<FirstLook | undefined> {
  const load = config.tasks.find(({ kind }) => kind.name === loadJson.name);
  if (!load || (await isInUse(pool))) return undefined;
  const folders = loadFolders(config.root, load.settings as LoadSettings);
  const { files } = await writeFirstLook(folders.inbox, { timezone: weatherSection.of(config).timezone });
  say(`A sample: ${files} files of simulated stations went into ${nameOf(folders, folders.inbox)}.`);
  // Not at the next tick but now.
  await runNow(load);
  await untilAggregated(pool, files, signal);
  if (signal.aborted) return undefined;
  const sample = { files, ...(await outcome(pool)) };
  return { sample, describe: (colors) => describe(sample, colors) };
}

/** Was a file ever loaded here? */
async function isInUse(pool: Pool): Promise<boolean> {
  const { rows } = await pool.query<{ used: boolean }>('select exists (select from weather.file) as used');
  return rows[0]?.used ?? false;
}

function untilAggregated(pool: Pool, files: number, signal: AbortSignal): Promise<void> {
  return untilTrue(pool, signal, {
    text: `select count(*) >= $1 and not exists (select from weather.dirty_hour)
             and exists (select from weather.aggregate where level = 'A') as done from weather.file`,
    values: [files],
  });
}

async function outcome(pool: Pool): Promise<Pick<Sample, 'days' | 'refused'>> {
  const db = await pool.connect();
  try {
    await useSchema(db, false);
    const days: Shown[] = [];
    // A station that could not be loaded is not known here.
    for (const code of firstLookStations) days.push(...(await show(db, code, 'D').catch(() => [])));
    return { days, refused: await readIncidents(db, { kinds: [loadJson.name], states: unresolved }, 100) };
  } finally {
    // Not back into the pool: the session looks at the weather tables.
    db.release(true);
  }
}

/** The sample's days as a table, and what was refused and why. */
function describe({ days, refused }: Sample, colors: Output['colors']): string {
  return [
    '',
    colors.bold('Days of the sample'),
    dayTable(days),
    '',
    colors.bold('Refused, and why'),
    ...refused.map(({ reason }) => `  ${reason}`),
  ].join('\n');
}

/** A line for each station and day; what a station of that day has not measured stays empty. */
function dayTable(days: readonly Shown[]): string {
  const byDay = new Map<string, Map<string, Shown>>();
  for (const shown of days) {
    const key = `${shown.row.station} ${shown.row.start?.slice(0, 10)}`;
    byDay.set(key, (byDay.get(key) ?? new Map()).set(shown.row.measure, shown));
  }
  const digits = (value: number | null | undefined) =>
    value === null || value === undefined ? '' : value.toFixed(1);
  const rows = [...byDay].map(([key, of]) => {
    const [station = '', day = ''] = key.split(' ');
    const temperature = of.get('out_temp')?.row;
    const length = of.get('out_temp')?.length;
    return [
      station,
      day,
      digits(temperature?.mean),
      digits(temperature?.min),
      digits(temperature?.max),
      digits(of.get('humidity')?.row.mean),
      digits(of.get('rain')?.row.sum),
      digits(of.get('wind')?.row.max),
      length && temperature?.duration ? `${Math.round((100 * temperature.duration) / length)} %` : '',
    ];
  });
  return table(
    ['STATION', 'DAY', 'TEMP °C', 'MIN', 'MAX', 'HUMIDITY %', 'RAIN mm', 'WIND MAX m/s', 'COMPLETE'],
    rows,
    [2, 3, 4, 5, 6, 7, 8],
  );
}
