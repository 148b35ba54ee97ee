import { findCollection, readDatabox } from '../model/databox.ts';
import { OriginalStore } from '../originals/store.ts';
import { acceptQuarantined, rejectQuarantined } from '../quarantine/decide-quarantine.ts';
import { countQuarantine, listQuarantine, type Quarantined } from '../quarantine/list-quarantine.ts';
import { storageFolder } from '../library-settings.ts';
import { notFound } from '../../task/not-found.ts';
import { caller } from '../../command/caller.ts';
import { oneLine } from '../../command/escape-controls.ts';
import type { Session } from '../../command/session.ts';
import { table } from '../../command/table.ts';
import { clock } from '../../command/times.ts';
import { some, withLibrary } from './library.ts';
import { librarySection } from '../library-settings.ts';

export interface ListFlags {
  all?: true;
  limit: number;
}

export async function showQuarantine(session: Session, { all, limit }: ListFlags): Promise<void> {
  const { rows, open } = await withLibrary(session, async (db) => ({
    rows: await listQuarantine(db, { all: all === true, limit }),
    open: await countQuarantine(db),
  }));
  const { out } = session;
  out.answer(rows, () =>
    rows.length === 0 ? 'Nothing is in quarantine.' : quarantineTable(rows, all === true),
  );
  if (!all && open > rows.length) out.remark(`The latest ${rows.length} of ${open}; more with --limit.`);
  if (!out.json && open > 0)
    out.remark('Decide with `regie library quarantine accept <id>` (it becomes a record) or `reject <id>`.');
}

/** The reasons below each file: they are sentences, too long for a column. */
function quarantineTable(rows: readonly Quarantined[], all: boolean): string {
  const head = ['ID', 'AT', 'FOR', 'FILE', 'TYPE', 'BYTES', ...(all ? ['STATE'] : [])];
  const lines = table(
    head,
    rows.map((row) => [
      row.id,
      clock(row.at),
      `${row.databox} / ${row.collection}`,
      oneLine(row.name),
      row.mime ?? '-',
      String(row.bytes),
      ...(all ? [oneLine(stateOf(row))] : []),
    ]),
    [0, 5],
  ).split('\n');
  const [first, ...others] = lines;
  return [
    first,
    ...others.flatMap((line, i) => [line, ...rows[i]!.reasons.map(({ text }) => `    ${oneLine(text)}`)]),
  ].join('\n');
}

function stateOf({ state, closedBy, record, note }: Quarantined): string {
  if (state === 'open') return 'open';
  const became = record === null ? '' : ` as record ${record}`;
  return `${state}${became}${closedBy ? ` by ${closedBy}` : ''}${note ? ` (${note})` : ''}`;
}

export async function accept(
  session: Session,
  ids: readonly string[],
  { collection, note }: { collection?: string; note?: string },
): Promise<void> {
  const made = await withLibrary(session, async (db, config) => {
    const store = new OriginalStore(storageFolder(config.root, librarySection.of(config)));
    const waiting = collection === undefined ? [] : await listQuarantine(db, { all: true, limit: 1_000_000 });
    const records: { quarantine: string; record: string }[] = [];
    for (const id of ids) {
      const target =
        collection === undefined
          ? {}
          : { collection: await findTarget(db, waiting.find((row) => row.id === id)?.databox, collection) };
      const record = await acceptQuarantined(
        db,
        store,
        id,
        { by: caller() },
        { ...target, ...(note !== undefined && { note }) },
      );
      records.push({ quarantine: id, record });
    }
    return records;
  });
  session.out.answer(made, () =>
    made.map(({ quarantine, record }) => `Quarantine ${quarantine} is record ${record} now.`).join('\n'),
  );
}

async function findTarget(db: Parameters<typeof readDatabox>[0], databox: string | undefined, name: string) {
  const found = databox === undefined ? undefined : await readDatabox(db, databox);
  const collection = found && findCollection(found, name);
  if (collection) return collection;
  throw notFound(
    'collection',
    name,
    (found?.collections ?? []).map((each) => each.name),
    databox,
  );
}

export async function reject(
  session: Session,
  ids: readonly string[],
  { note }: { note?: string },
): Promise<void> {
  await withLibrary(session, async (db, config) => {
    const store = new OriginalStore(storageFolder(config.root, librarySection.of(config)));
    for (const id of ids) await rejectQuarantined(db, store, id, { by: caller() }, note);
  });
  session.out.answer({ rejected: ids }, () => `${some(ids.length, 'file')} rejected.`);
}
