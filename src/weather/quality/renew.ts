import { isDeepStrictEqual } from 'node:util';
import type { ClientBase } from 'pg';
import { inTransaction } from '../../store/transaction.ts';
import { columnsByMeasure, type MeasureColumns } from '../load/keys.ts';
import type { Station, Stations } from '../load/known-stations.ts';
import { lockLoaders, writeDirtyHours } from '../load/write.ts';
import { writeLocal } from '../local-time.ts';
import { observationColumns } from '../measures.ts';
import type { WeatherSettings } from '../weather-settings.ts';
import { limitedColumns, rulesOf, type Rule, type Rules } from './limits.ts';
import { HOUR_MINUTES } from './judge.ts';
import { reviewSent } from './review-sent.ts';
import { review, type Span } from './review.ts';

/** What `renewLimits` needs of its run. */
export interface RenewPort {
  signal: AbortSignal;
  trace(text: string): void;
  progress(progress: { step: string }): void;
  shouldStop(): Promise<boolean>;
}

export interface Renewal {
  /** Stations of which what is loaded was judged anew, and values that changed their place. */
  stations: number;
  values: number;
  /** The operator stopped it: the next run goes on. */
  stopped: boolean;
}

/**
 * Judges anew, where limits or `accept` changed since, what is loaded: of observations only those measures, a year
 * of a station per transaction, which also queues the hours concerned. First it takes the changed rules out of
 * `station.checks`, and writes the new ones when all is done: killed in between, the next run begins that station
 * again, and a loader with the old settings cannot write any more (see on-load.ts).
 */
export async function renewLimits(db: ClientBase, stations: Stations, port: RenewPort): Promise<Renewal> {
  const done: Renewal = { stations: 0, values: 0, stopped: false };
  const { rows } = await db.query<{ code: string; checks: Rules | null }>('select code, checks from station');
  for (const { code, checks } of rows) {
    const station = stations.find(code);
    const changed = station ? changedRules(station.rules, checks) : [];
    if (!station || changed.length === 0) continue;
    if (!(await renewStation(db, station, changed, checks, port, done))) return { ...done, stopped: true };
    done.stations += 1;
  }
  return done;
}

/** Which stations' observations were judged by other rules than the settings', by code. */
export async function staleStations(db: ClientBase, settings: WeatherSettings): Promise<string[]> {
  const { rows } = await db.query<{ code: string; checks: Rules | null }>(
    'select code, checks from weather.station order by code',
  );
  return rows.flatMap(({ code, checks }) =>
    changedRules(rulesOf(settings.stations[code]), checks).length > 0 ? code : [],
  );
}

/** Places in `columnsByMeasure` of the measures whose rule is not the recorded one. */
function changedRules(rules: Rules, recorded: Rules | null): number[] {
  return columnsByMeasure.flatMap(({ measure: { name } }, index) =>
    isDeepStrictEqual(rules[name], recorded?.[name]) ? [] : index,
  );
}

/** False when it was stopped before the end. */
async function renewStation(
  db: ClientBase,
  station: Station,
  changed: readonly number[],
  recorded: Rules | null,
  port: RenewPort,
  done: Renewal,
): Promise<boolean> {
  const names = changed.map((index) => columnsByMeasure[index]!.measure.name);
  await inTransaction(db, async () => {
    await lockLoaders(db);
    await db.query('update station set checks = checks - $2::text[] where id = $1', [station.id, names]);
  });
  const candidates = mayChange(station.rules, changed, recorded);
  let values = 0;
  for (const span of await years(db, station)) {
    port.signal.throwIfAborted();
    if (await port.shouldStop()) return false;
    port.progress({ step: `checking ${station.code} again from ${span.after}: ${names.join(', ')}` });
    const moved = await inTransaction(db, async () => {
      await lockLoaders(db);
      const reviewed = await review(db, station, changed, span, candidates);
      const sent = await reviewSent(db, station, span);
      await writeDirtyHours(db, new Map([[station.id, new Set([...reviewed.hours, ...sent.hours])]]));
      return reviewed.values + sent.values;
    });
    done.values += moved;
    values += moved;
  }
  port.trace(
    `${station.code}: checked again, ${names.join(', ')}: ${values} values changed between good and doubtful`,
  );
  await inTransaction(db, async () => {
    await lockLoaders(db);
    await db.query('update station set checks = $2 where id = $1', [
      station.id,
      JSON.stringify(station.rules),
    ]);
  });
  return true;
}

/** The station's observations, and its own aggregates, in pieces of a year of its local time, or less. */
async function years(db: ClientBase, { id, zone }: Station): Promise<Span[]> {
  const { rows } = await db.query<{ first: Date | null; last: Date | null }>(
    `select least((select stop from observation where station_id = $1 order by stop limit 1), s.first) as first,
            greatest((select stop from observation where station_id = $1 order by stop desc limit 1), s.last) as last
     from (select min(start) as first, max(start) as last from station_aggregate
           where station_id = $1 and source = 'aggregation' and level <> 'A') s`,
    [id],
  );
  const { first, last } = rows[0]!;
  if (!first || !last) return [];
  const yearOf = (instant: number) => Number(writeLocal(zone.toLocal(instant)).slice(0, 4));
  const startOf = (year: number) => new Date(zone.toInstant(Date.UTC(year, 0, 1))).toISOString();
  const from = yearOf(first.getTime() - 1);
  const count = yearOf(last.getTime()) - from + 1;
  return Array.from({ length: count }, (_, i) => ({
    after: startOf(from + i),
    until: startOf(from + i + 1),
  }));
}

/**
 * SQL that is true for every observation `o` that the new rules may judge otherwise: one of its values stands in
 * `doubtful`, or lies outside the new limits. The others passed the cross checks when they were loaded, and these do
 * not depend on the limits; where they themselves changed every observation is looked at.
 */
function mayChange(rules: Rules, changed: readonly number[], recorded: Rules | null): string {
  const all = changed.some((index) => {
    const { name } = columnsByMeasure[index]!.measure;
    const before = recorded?.[name];
    return before !== undefined && before.slack !== rules[name]?.slack;
  });
  if (all) return 'true';
  const keys = changed.flatMap((index) => namesOf(columnsByMeasure[index]!));
  const outside = changed.flatMap((index) => {
    const columns = columnsByMeasure[index]!;
    return beyond(columns, rules[columns.measure.name] ?? {});
  });
  return [`o.doubtful ?| array[${keys.map((key) => `'${key}'`).join(', ')}]`, ...outside].join(' or ');
}

/** SQL: which values of a measure lie outside its limits? */
function beyond(columns: MeasureColumns, { hour, day }: Rule): string[] {
  const name = (column: number) => `o.${observationColumns[column]!.name}`;
  const bound = (which: 0 | 1, none: string) =>
    `case when o.duration > ${HOUR_MINUTES} then ${literal(day?.[which], none)} else ${literal(hour?.[which], none)} end`;
  const conditions =
    hour || day
      ? limitedColumns(columns).flatMap((column) => [
          `${name(column)} < ${bound(0, '-Infinity')}`,
          `${name(column)} > ${bound(1, 'Infinity')}`,
        ])
      : [];
  // A mean's sum is checked as its mean; here every one that is sent is looked at.
  if (hour && columns.sum >= 0 && columns.measure.aggregate === 'mean')
    conditions.push(`${name(columns.sum)} is not null`);
  return conditions;
}

const literal = (value: number | undefined, none: string) => `'${value ?? none}'::float8`;

function namesOf({ measure, value }: MeasureColumns): string[] {
  return observationColumns.slice(value, value + 1 + measure.facets.length).map(({ name }) => name);
}
