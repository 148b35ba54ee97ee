import { caller } from '../../command/caller.ts';
import { oneLine } from '../../command/escape-controls.ts';
import type { Session } from '../../command/session.ts';
import { table } from '../../command/table.ts';
import { clock, distance } from '../../command/times.ts';
import { carryOutClose, retryIncident } from '../../incidents/decide.ts';
import { countIncidents, readIncidents, unresolved } from '../../incidents/read-incidents.ts';
import type { Incident } from '../../task/incident.ts';
import { NotFound } from '../../task/not-found.ts';
import { some, withLibrary } from './library.ts';

/** The part of the one list of incidents that concerns the library's files. */

/** Those that bring files into the library. */
const kinds = ['archive', 'batchUpload', 'ftpPull'];

export interface ListFlags {
  task?: string;
  all?: true;
  limit: number;
}

export async function showErrors(session: Session, { task, all, limit }: ListFlags): Promise<void> {
  const of = { kinds, ...(task === undefined ? {} : { task: (await session.task(task)).name }) };
  const { rows, open } = await withLibrary(session, async (db) => ({
    rows: await readIncidents(db, all ? of : { ...of, states: unresolved }, limit),
    open: await countIncidents(db, { ...of, states: unresolved }),
  }));
  const { out } = session;
  out.answer(rows, () => (rows.length === 0 ? 'No error.' : errorTable(rows)));
  if (!all && open > rows.length) out.remark(`The latest ${rows.length} of ${open}; more with --limit.`);
  if (!out.json && open > 0)
    out.remark(
      'Once mended: `regie library errors retry <id>`; not wanted: `regie library errors dismiss <id>`.',
    );
}

/** The reason below each: it is a sentence, too long for a column. */
function errorTable(rows: readonly Incident[]): string {
  const lines = table(
    ['ID', 'LAST', 'TASK', 'WHAT', 'ABOUT', 'TRIES', 'STATE'],
    rows.map((row) => [
      row.id,
      clock(row.lastAt),
      row.task,
      row.what,
      oneLine(row.subject),
      String(row.attempts),
      oneLine(stateText(row)),
    ]),
    [0, 5],
  ).split('\n');
  const [first, ...others] = lines;
  return [
    first,
    ...others.flatMap((line, i) => {
      const { reason, kept } = rows[i]!;
      return [
        line,
        `    ${oneLine(reason)}`,
        ...(kept === undefined ? [] : [`    kept as ${oneLine(kept)}`]),
      ];
    }),
  ].join('\n');
}

function stateText({ state, notBefore, closedBy, note }: Incident): string {
  if (state === 'retrying')
    return notBefore !== undefined && Date.parse(notBefore) > Date.now()
      ? `tried again ${distance(notBefore)}`
      : 'tried again by the next run';
  if (state !== 'resolved') return state === 'open' ? 'waits for you' : 'given up, waits for you';
  return `${state}${closedBy === undefined ? '' : ` by ${closedBy}`}${note === undefined ? '' : ` (${note})`}`;
}

export async function retry(session: Session, ids: readonly string[]): Promise<void> {
  const incidents = await withLibrary(session, async (db, config) => {
    const found = await readThem(db, ids);
    for (const incident of found) await retryIncident(db, config, incident, caller());
    return found;
  });
  session.out.answer({ retried: incidents.map(({ id }) => id) }, () => {
    const tasks = [...new Set(incidents.map(({ task }) => task))];
    return [
      `${some(incidents.length, 'error')} will be tried again by the next run of ${tasks.join(' and ')}.`,
      ...tasks.map((task) => `Not to wait for it: regie run ${task}`),
    ].join('\n');
  });
}

export async function dismiss(
  session: Session,
  ids: readonly string[],
  { note }: { note?: string },
): Promise<void> {
  const incidents = await withLibrary(session, async (db, config) => {
    const found = await readThem(db, ids);
    for (const incident of found) await carryOutClose(db, config, incident, caller(), note);
    return found;
  });
  session.out.answer({ dismissed: incidents.map(({ id }) => id) }, () => {
    const kept = incidents.flatMap((incident) => incident.kept ?? []);
    return [
      `${some(incidents.length, 'error')} dismissed.`,
      ...(kept.length > 0 ? [`Their files stay where they are: ${kept.join(', ')}`] : []),
    ].join('\n');
  });
}

async function readThem(
  db: Parameters<typeof readIncidents>[0],
  ids: readonly string[],
): Promise<Incident[]> {
  const found = await readIncidents(db, { kinds, ids }, ids.length);
  const missing = ids.filter((id) => !found.some((incident) => incident.id === id));
  if (missing.length > 0)
    throw new NotFound(`There is no error ${missing.join(', ')}: \`regie library errors --all\` lists them.`);
  return found.toReversed();
}
