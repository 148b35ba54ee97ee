import path from 'node:path';
import type { Config } from '../../task/config.ts';
import { dismissDeadLetter, retryDeadLetter, type Owner } from '../dead-letters/decide.ts';
import { countDeadLetters, listDeadLetters, readDeadLetters, type DeadLetter } from '../dead-letters/list.ts';
import { NotFound } from '../../task/not-found.ts';
import { caller } from '../../command/caller.ts';
import { oneLine } from '../../command/escape-controls.ts';
import type { Session } from '../../command/session.ts';
import { table } from '../../command/table.ts';
import { clock, distance } from '../../command/times.ts';
import { some, withLibrary } from './library.ts';

export interface ListFlags {
  task?: string;
  all?: true;
  limit: number;
}

export async function showErrors(session: Session, { task, all, limit }: ListFlags): Promise<void> {
  const name = task === undefined ? undefined : (await session.task(task)).name;
  const of = name === undefined ? {} : { task: name };
  const { rows, open } = await withLibrary(session, async (db) => ({
    rows: await listDeadLetters(db, { ...of, all: all === true, limit }),
    open: await countDeadLetters(db, name),
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
function errorTable(rows: readonly DeadLetter[]): string {
  const lines = table(
    ['ID', 'LAST', 'TASK', 'WHAT', 'ABOUT', 'TRIES', 'STATE'],
    rows.map((row) => [
      row.id,
      clock(row.lastAt),
      row.task,
      row.what,
      oneLine(row.subject),
      String(row.attempts),
      oneLine(stateOf(row)),
    ]),
    [0, 5],
  ).split('\n');
  const [first, ...others] = lines;
  return [
    first,
    ...others.flatMap((line, i) => {
      const { reason, kept } = rows[i]!;
      return [line, `    ${oneLine(reason)}`, ...(kept === null ? [] : [`    kept as ${oneLine(kept)}`])];
    }),
  ].join('\n');
}

function stateOf({ state, notBefore, closedBy, note }: DeadLetter): string {
  if (state === 'retrying')
    return notBefore !== null && Date.parse(notBefore) > Date.now()
      ? `tried again ${distance(notBefore)}`
      : 'tried again by the next run';
  if (state === 'dead') return 'waits for you';
  return `${state}${closedBy ? ` by ${closedBy}` : ''}${note ? ` (${note})` : ''}`;
}

export async function retry(session: Session, ids: readonly number[]): Promise<void> {
  const letters = await withLibrary(session, async (db, config) => {
    const found = await readLetters(db, ids);
    for (const letter of found) await retryDeadLetter(db, letter, ownerOf(config, letter.task));
    return found;
  });
  session.out.answer({ retried: letters.map(({ id }) => id) }, () => {
    const tasks = [...new Set(letters.map(({ task }) => task))];
    return [
      `${some(letters.length, 'error')} will be tried again by the next run of ${tasks.join(' and ')}.`,
      ...tasks.map((task) => `Not to wait for it: regie run ${task}`),
    ].join('\n');
  });
}

export async function dismiss(
  session: Session,
  ids: readonly number[],
  { note }: { note?: string },
): Promise<void> {
  const letters = await withLibrary(session, async (db) => {
    const found = await readLetters(db, ids);
    for (const letter of found) await dismissDeadLetter(db, letter, caller(), note);
    return found;
  });
  session.out.answer({ dismissed: letters.map(({ id }) => id) }, () => {
    const kept = letters.flatMap((letter) => letter.kept ?? []);
    return [
      `${some(letters.length, 'error')} dismissed.`,
      ...(kept.length > 0 ? [`Their files stay where they are: ${kept.join(', ')}`] : []),
    ].join('\n');
  });
}

async function readLetters(
  db: Parameters<typeof readDeadLetters>[0],
  ids: readonly number[],
): Promise<DeadLetter[]> {
  const found = await readDeadLetters(db, ids);
  const missing = ids.filter((id) => !found.some((letter) => letter.id === String(id)));
  if (missing.length > 0)
    throw new NotFound(`There is no error ${missing.join(', ')}: \`regie library errors --all\` lists them.`);
  return found;
}

function ownerOf({ root, tasks }: Config, name: string): Owner | undefined {
  const task = tasks.find((each) => each.name === name);
  if (!task) return undefined;
  const { hotfolder } = task.settings as { hotfolder?: unknown };
  return typeof hotfolder === 'string' ? { hotfolder: path.resolve(root, hotfolder) } : {};
}
