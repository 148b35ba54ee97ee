import { setTimeout } from 'node:timers/promises';
import type { ClientBase } from 'pg';
import { inTransaction } from '../../store/transaction.ts';
import type { Port, Report, WorkContext } from '../../task/kind.ts';
import { isFolderInUse } from '../../intake/folder-lock.ts';
import { LOADING } from '../loading.ts';
import { zoneOf } from '../../time/zone.ts';
import { levels } from '../measures.ts';
import { writeTime } from '../read/write-time.ts';
import { ensureTwins, leaveSchema, useSchema } from '../weather-schema.ts';
import { waitingHours } from './dirty-hours.ts';
import type { Buckets } from './dirty-hours.ts';
import { lockAggregates, recomputeBatch } from './recompute.ts';
import type { Batch } from './recompute.ts';
import type { AggregateSettings } from './aggregate-settings.ts';

/** While files are loaded, how long until the queue is looked at again. */
const PAUSE_MS = 500;

/**
 * Recomputes every hour in the queue, and the days, months, years and all time that hold them; with
 * `options.tmp` in the twins, whose queue `load --tmp` fills. One transaction per batch takes the hours off the
 * queue and writes their buckets, so a crash at any point loses nothing and repeats at most a batch. While files
 * are loaded it goes on with the hours that they bring.
 *
 * Counts: buckets written per level (a day once per batch that touches it), stations, buckets removed.
 * Throws the signal's reason when it is aborted, between batches.
 */
export async function aggregate(ctx: WorkContext<AggregateSettings>): Promise<Report> {
  const { db } = ctx;
  const tmp = ctx.options.tmp === true;
  if (tmp) await ensureTwins(db);
  await useSchema(db, tmp);
  try {
    return await drain(db, ctx);
  } finally {
    // A connection that broke has no schema to leave, and its own error must be the one that is seen.
    await leaveSchema(db).catch(() => undefined);
  }
}

async function drain(db: ClientBase, ctx: WorkContext<AggregateSettings>): Promise<Report> {
  const total = await countHours(db);
  const stations = new Set<number>();
  const counts = { hours: 0, days: 0, months: 0, years: 0, stations: 0, removed: 0 };
  let stopped = false;
  while (!stopped) {
    ctx.signal.throwIfAborted();
    // Asked before the queue: what a load ends with is in the queue before it says that it has ended.
    const more = !ctx.options.tmp && (await isFolderInUse(db, LOADING));
    const batch = await inTransaction(db, async () => {
      await lockAggregates(db);
      return recomputeBatch(db, ctx.settings.batch);
    });
    if (!batch && !more) break;
    if (!batch) {
      await setTimeout(PAUSE_MS);
      stopped = await ctx.shouldStop();
      continue;
    }
    const { H, D, M, Y } = batch.buckets;
    counts.hours += H.starts.length;
    counts.days += D.starts.length;
    counts.months += M.starts.length;
    counts.years += Y.starts.length;
    counts.removed += batch.removed;
    for (const station of H.stations) stations.add(station);
    counts.stations = stations.size;
    if (ctx.traced) await traceBatch(db, ctx, batch);
    // Hours queued meanwhile are taken as well.
    const done = counts.hours;
    ctx.progress({ step: 'recomputing hours', done, total: Math.max(total, done), counts: { ...counts } });
    stopped = await ctx.shouldStop();
  }
  const changed = counts.hours > 0;
  const waiting = await waitingHours(db);
  // Told to stop after the last batch, it had nothing left to do all the same.
  const outcome = stopped && waiting.length > 0 ? 'stopped' : changed ? 'done' : 'idle';
  return { outcome, counts, changed, waiting };
}

async function countHours(db: ClientBase): Promise<number> {
  return (await waitingHours(db))[0]?.count ?? 0;
}

/** A line per station and level: which buckets were made anew, in the station's time. */
async function traceBatch(db: ClientBase, port: Port, { buckets, removed }: Batch): Promise<void> {
  const { rows } = await db.query<{ id: number; code: string; timezone: string }>(
    'select id, code, timezone from station where id = any($1)',
    [[...new Set(buckets.H.stations)]],
  );
  for (const level of levels) {
    for (const { id, code, timezone } of rows) {
      const starts = startsOf(buckets[level], id).map((start) =>
        level === 'A' ? 'all time' : writeTime(Date.parse(start), zoneOf(timezone)),
      );
      const span = starts.length === 1 ? starts[0] : `${starts[0]} … ${starts.at(-1)}`;
      // The first hundred name the buckets; a backlog's thousands would only fill the trace table.
      const data = { station: code, level, starts: starts.slice(0, 100) };
      port.trace(`${code} ${level}: ${starts.length} recomputed, ${span}`, data);
    }
  }
  if (removed > 0) port.trace(`${removed} buckets removed: they have no observations any more`, { removed });
}

const startsOf = ({ stations, starts }: Buckets, id: number) => starts.filter((_, i) => stations[i] === id);
