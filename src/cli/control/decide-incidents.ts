import ms from 'ms';
import type { PoolClient } from 'pg';
import { caller } from '../../command/caller.ts';
import { oneLine } from '../../command/escape-controls.ts';
import { CliError, exit, UsageError } from '../../command/exit.ts';
import { table } from '../../command/table.ts';
import { clock, clockAndDistance, distance } from '../../command/times.ts';
import { withDatabase } from '../../command/with-database.ts';
import { carryOutClose, readOwnIncidents, retryIncident } from '../../incidents/decide.ts';
import {
  countIncidents,
  readIncidents,
  unresolved,
  type IncidentFilter,
} from '../../incidents/read-incidents.ts';
import { CommandRejected } from '../../task/command-rejected.ts';
import type { Config } from '../../task/config.ts';
import type { Incident, IncidentDecision, IncidentState } from '../../task/incident.ts';
import type { CliSession } from '../frame/cli-session.ts';

export interface FilterFlags {
  task?: string;
  kind?: string;
  since?: string;
  state?: IncidentState;
  all?: true;
}

export interface ListFlags extends FilterFlags {
  limit: number;
}

export interface DecideFlags extends FilterFlags {
  yes?: true;
}

/** As many as one decision takes. */
const MOST = 100_000;

export async function listIncidents(session: CliSession, flags: ListFlags): Promise<void> {
  const { rows, total } = await withDatabase(session, async (db) => {
    const config = await session.config();
    const found = await find(db, config, await chosen(session, flags), flags.limit);
    return { rows: found.incidents.slice(0, flags.limit), total: found.total };
  });
  const { out } = session;
  out.answer(rows, () => (rows.length === 0 ? nothing(flags) : incidentTable(rows)));
  if (total > rows.length) out.remark(`The latest ${rows.length} of ${total}; more with --limit.`);
}

const nothing = ({ task, kind, since, state }: FilterFlags) =>
  (task ?? kind ?? since ?? state) ? 'No such incident.' : 'Nothing is wrong: no incident is open.';

/** The reason, and what mends it, below each: they are sentences, too long for a column. */
function incidentTable(rows: readonly Incident[]): string {
  const [head, ...lines] = table(
    ['ID', 'LAST', 'TASK', 'WHAT', 'WHERE', 'TIMES', 'STATE'],
    rows.map((row) => [
      oneLine(row.id),
      clock(row.lastAt),
      row.task,
      row.what,
      oneLine(row.subject),
      String(row.attempts),
      oneLine(stateText(row)),
    ]),
    [5],
  ).split('\n');
  return [
    head,
    ...lines.flatMap((line, i) => {
      const { reason, mend, state } = rows[i]!;
      return [line, `    ${oneLine(reason)}`, ...(state === 'resolved' ? [] : [`    → ${oneLine(mend)}`])];
    }),
  ].join('\n');
}

function stateText({ state, notBefore, closedBy, note }: Incident): string {
  if (state === 'retrying')
    return notBefore !== undefined && Date.parse(notBefore) > Date.now()
      ? `tried again ${distance(notBefore)}`
      : 'tried again by the next run';
  if (state !== 'resolved') return state;
  return `resolved${closedBy === undefined ? '' : ` by ${closedBy}`}${note === undefined ? '' : ` (${note})`}`;
}

export async function showIncident(session: CliSession, id: string): Promise<void> {
  const [incident] = await withDatabase(session, async (db) => findByIds(db, await session.config(), [id]));
  const { firstAt, lastAt, attempts, details, closedAt } = incident!;
  const { bold } = session.out.colors;
  session.out.answer(incident, () =>
    [
      `${bold(`incident ${incident!.id}`)}: ${oneLine(incident!.reason)}`,
      table(
        [],
        [
          ['  state', oneLine(stateText(incident!))],
          ['  task', `${incident!.task} (${incident!.kind})`],
          ['  what', incident!.what],
          ['  where', oneLine(incident!.subject)],
          ...(incident!.kept === undefined ? [] : [['  kept as', oneLine(incident!.kept)]]),
          ['  since', clockAndDistance(firstAt)],
          ['  last', `${clockAndDistance(lastAt)}, ${attempts} ${attempts === 1 ? 'time' : 'times'}`],
          ...(closedAt === undefined ? [] : [['  resolved', clockAndDistance(closedAt)]]),
          ...(details === undefined ? [] : [['  details', oneLine(JSON.stringify(details))]]),
          ...(incident!.state === 'resolved' ? [] : [['  mend it', oneLine(incident!.mend)]]),
        ],
      ),
    ].join('\n'),
  );
}

export function retryIncidents(
  session: CliSession,
  ids: readonly string[],
  flags: DecideFlags,
): Promise<void> {
  const act = { verb: 'retry', done: 'tried again', flags };
  return decide(session, ids, act, (db, config, incident) => retryIncident(db, config, incident, caller()));
}

export function closeIncidents(
  session: CliSession,
  ids: readonly string[],
  flags: DecideFlags & { note?: string },
): Promise<void> {
  const act = { verb: 'close', done: 'closed', flags };
  return decide(session, ids, act, (db, config, incident) =>
    carryOutClose(db, config, incident, caller(), flags.note),
  );
}

interface Act {
  verb: string;
  done: string;
  flags: DecideFlags;
}

type Decide = (db: PoolClient, config: Config, incident: Incident) => Promise<IncidentDecision>;

/** One that cannot be decided costs itself: the others are, and the exit code says so. */
async function decide(
  session: CliSession,
  ids: readonly string[],
  { verb, done, flags }: Act,
  act: Decide,
): Promise<void> {
  const { task, kind, since, state, all, yes } = flags;
  const byFilter =
    task !== undefined || kind !== undefined || since !== undefined || state !== undefined || all;
  if (ids.length > 0 ? byFilter : !byFilter)
    throw new UsageError(
      ids.length > 0
        ? 'Either ids, or options that choose them; not both.'
        : 'Which ones? Give their ids, or choose them by --task, --kind, --since, --state or --all.',
    );
  const { all: _, ...openOnes } = flags;
  const config = await session.config();
  const decided: { id: string; text: string }[] = [];
  const refused: { id: string; text: string }[] = [];
  const start = new Set<string>();
  await withDatabase(session, async (db) => {
    const incidents =
      ids.length > 0
        ? await findByIds(db, config, ids)
        : (await find(db, config, await chosen(session, openOnes), MOST)).incidents;
    if (ids.length === 0 && !yes) throw asking(verb, incidents);
    for (const incident of incidents.toReversed()) {
      try {
        const result = await act(db, config, incident);
        decided.push({ id: incident.id, text: result.text });
        if (result.start) start.add(incident.task);
      } catch (error) {
        if (!(error instanceof CommandRejected)) throw error;
        refused.push({ id: incident.id, text: error.message });
      }
    }
  });
  for (const name of start) await runNow(session, name);
  const { out } = session;
  out.answer({ [done === 'closed' ? 'closed' : 'retried']: decided, refused }, () =>
    [
      ...(decided.length === 1 ? [sentence(decided[0]!.text)] : []),
      ...(decided.length > 1 ? [`${decided.length} incidents are ${done}.`] : []),
      ...refused.map(({ text }) => sentence(text)),
      ...(decided.length === 0 && refused.length === 0 ? ['No such incident.'] : []),
    ].join('\n'),
  );
  if (refused.length > 0) session.exitCode = exit.refused;
}

/** An id or a key at its beginning stays as it is typed. */
const sentence = (text: string) =>
  /^\S*[\d/]/.test(text) ? `${text}.` : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

/** What is chosen by options is shown before it is decided: a typing error must not close a thousand. */
function asking(verb: string, incidents: readonly Incident[]): CliError {
  if (incidents.length === 0) return new CliError(exit.usage, 'No such incident: nothing to do.');
  const shown = incidents.slice(0, 5).map(({ id, reason }) => `  ${id}: ${oneLine(reason)}`);
  const more = incidents.length > shown.length ? [`  … and ${incidents.length - shown.length} more`] : [];
  const n = incidents.length;
  return new CliError(
    exit.usage,
    [`This would ${verb} ${n} ${n === 1 ? 'incident' : 'incidents'}: say --yes.`, ...shown, ...more].join(
      '\n',
    ),
  );
}

/** What was decided is carried out by a run of its own. A task that is stopped does it when it is started. */
async function runNow(session: CliSession, name: string): Promise<void> {
  const { out } = session;
  try {
    const done = await session.sendCommand(await session.task(name), 'run', { by: caller() });
    if (!out.json) out.remark(done.message);
  } catch (error) {
    if (!out.json) out.remark(`No run of ${name} begins now: ${(error as Error).message}`);
  }
}

async function chosen(
  session: CliSession,
  { task, kind, since, state, all }: FilterFlags,
): Promise<IncidentFilter> {
  const states = state === undefined ? (all ? undefined : unresolved) : [state];
  return {
    ...(task === undefined ? {} : { task: (await session.task(task)).name }),
    ...(kind === undefined ? {} : { kinds: [await kindNamed(session, kind)] }),
    ...(since === undefined ? {} : { since: momentOf(since) }),
    ...(states === undefined ? {} : { states }),
  };
}

async function kindNamed(session: CliSession, name: string): Promise<string> {
  const kinds = [...new Set((await session.config()).tasks.map((task) => task.kind.name))];
  const found = kinds.find((each) => each.toLowerCase() === name.toLowerCase());
  if (found === undefined)
    throw new UsageError(`No task is of the kind ${JSON.stringify(name)}: there are ${kinds.join(', ')}.`);
  return found;
}

/** @throws {UsageError} saying what was expected. */
function momentOf(text: string): Date {
  // A number alone is no span: `ms` would take it for milliseconds.
  const span = /^\d+(?:\.\d+)?\s*[a-z]+$/i.test(text) ? ms(text as ms.StringValue) : undefined;
  const moment = span === undefined ? new Date(text) : new Date(Date.now() - span);
  if (Number.isNaN(moment.getTime()))
    throw new UsageError(
      `--since ${JSON.stringify(text)}: expected a span such as 2h or 3d, or a date such as 2026-11-20 or 2026-11-20T13:00Z.`,
    );
  return moment;
}

interface Found {
  incidents: Incident[];
  total: number;
}

/** Of the one list and of what kinds keep themselves, the latest first. */
async function find(db: PoolClient, config: Config, filter: IncidentFilter, limit: number): Promise<Found> {
  const { task, kinds, since, states } = filter;
  const own = (await readOwnIncidents(db, config, { task, kind: kinds?.[0] })).filter(
    ({ lastAt, state }) =>
      (since === undefined || Date.parse(lastAt) >= since.getTime()) &&
      (states === undefined || states.includes(state)),
  );
  const incidents = [...(await readIncidents(db, filter, limit)), ...own].sort((a, b) =>
    a.lastAt < b.lastAt ? 1 : -1,
  );
  return { incidents, total: (await countIncidents(db, filter)) + own.length };
}

/** @throws {UsageError} naming those that there are none of. */
async function findByIds(db: PoolClient, config: Config, ids: readonly string[]): Promise<Incident[]> {
  const numbers = ids.filter((id) => /^\d{1,18}$/.test(id));
  const stored = numbers.length === 0 ? [] : await readIncidents(db, { ids: numbers }, numbers.length);
  const own = ids.length > numbers.length ? await readOwnIncidents(db, config) : [];
  const all = new Map([...stored, ...own].map((incident) => [incident.id, incident]));
  const missing = ids.filter((id) => !all.has(id));
  if (missing.length > 0)
    throw new UsageError(`There is no incident ${missing.join(', ')}: \`regie incidents --all\` lists them.`);
  return [...new Set(ids)].map((id) => all.get(id)!);
}
