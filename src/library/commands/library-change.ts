import type { PoolClient } from 'pg';
import { findField, findCollection, type Databox } from '../model/databox.ts';
import { releaseOriginals } from '../originals/release.ts';
import { OriginalStore } from '../originals/store.ts';
import {
  changeRecords,
  deleteRecords,
  restoreRecords,
  trashRecords,
  type Change,
} from '../records/change-records.ts';
import { locate } from '../records/locate.ts';
import { byIds, type Selection } from '../records/selection.ts';
import { setValues } from '../records/write-values.ts';
import { FIRST_USER_BIT } from '../status/mask.ts';
import { statusMask, storageFolder } from '../library-settings.ts';
import { splitValues } from '../values/split.ts';
import { inTransaction } from '../../store/transaction.ts';
import { notFound } from '../../task/not-found.ts';
import { caller } from '../../command/caller.ts';
import { UsageError } from '../../command/exit.ts';
import type { Session } from '../../command/session.ts';
import { some, withLibrary } from './library.ts';
import { librarySection } from '../library-settings.ts';

const who = () => ({ by: caller() });

/** Does something to records, all of them or none; gives how many were changed by it. */
function changeAll(
  session: Session,
  ids: readonly string[],
  change: (db: PoolClient, databox: Databox, selection: Selection) => Promise<number>,
): Promise<number> {
  return withLibrary(session, (db) =>
    inTransaction(db, async () => {
      let changed = 0;
      for (const located of await locate(db, ids))
        changed += await change(db, located.databox, byIds(located.ids));
      return changed;
    }),
  );
}

/** Says how many of the records that were named are other than before. */
function tell(session: Session, ids: readonly string[], changed: number, done: string, so: string): void {
  const same = new Set(ids).size - changed;
  session.out.answer({ changed, same }, () => {
    const rest = same > 0 ? ` ${some(same, 'other')} ${same === 1 ? 'was' : 'were'} ${so}.` : '';
    return `${some(changed, 'record')} ${done}.${rest}`;
  });
}

export async function setStatus(session: Session, text: string, ids: readonly string[]): Promise<void> {
  const mask = statusMask.safeParse(text);
  if (!mask.success) throw new UsageError(`${JSON.stringify(text)}: ${mask.error.issues[0]!.message}.`);
  const system = (1n << BigInt(FIRST_USER_BIT)) - 1n;
  if ((mask.data.care & system) !== 0n)
    throw new UsageError(
      `${JSON.stringify(text)} changes bits 0 to ${FIRST_USER_BIT - 1}, which belong to the system: end the mask with ${'x'.repeat(FIRST_USER_BIT)}.`,
    );
  const change: Change = { status: mask.data };
  const changed = await changeAll(
    session,
    ids,
    async (db, databox, selection) => (await changeRecords(db, databox, selection, change, who())).records,
  );
  tell(session, ids, changed, `got the status ${text}`, 'so already, or in the trash');
}

export async function moveRecords(session: Session, name: string, ids: readonly string[]): Promise<void> {
  const changed = await changeAll(session, ids, async (db, databox, selection) => {
    const collection = findCollection(databox, name);
    if (!collection)
      throw notFound(
        'collection',
        name,
        databox.collections.map((each) => each.name),
        databox.name,
      );
    return (await changeRecords(db, databox, selection, { collection }, who())).records;
  });
  tell(session, ids, changed, `moved to ${name}`, 'there already, or in the trash');
}

/** `assignments`: `Title=The lake`; several values with the field's separators; nothing behind `=` empties the field. */
export async function setFields(
  session: Session,
  assignments: readonly string[],
  ids: readonly string[],
): Promise<void> {
  const pairs = assignments.map((text) => {
    const equals = text.indexOf('=');
    if (equals < 1) throw new UsageError(`${JSON.stringify(text)}: expected <field>=<value>.`);
    return [text.slice(0, equals), text.slice(equals + 1)] as const;
  });
  const changed = await changeAll(session, ids, async (db, databox, selection) => {
    const changes = pairs.map(([name, text]) => {
      const field = findField(databox, name);
      if (!field)
        throw notFound(
          'field',
          name,
          databox.fields.map((each) => each.name),
          databox.name,
        );
      if (field.readOnly) throw new RangeError(`The field ${field.name} is set by tasks only.`);
      const values = splitValues(field, [text]);
      if (field.required && values.length === 0)
        throw new RangeError(`The field ${field.name} is required: expected a value behind =.`);
      return { field, values };
    });
    return setValues(db, databox, selection, changes, who());
  });
  tell(session, ids, changed, 'changed', 'so already, or in the trash');
}

export async function trash(session: Session, ids: readonly string[]): Promise<void> {
  const changed = await changeAll(session, ids, (db, databox, selection) =>
    trashRecords(db, databox, selection, who()),
  );
  tell(session, ids, changed, 'put into the trash', 'there already');
}

export async function restore(session: Session, ids: readonly string[]): Promise<void> {
  const changed = await changeAll(session, ids, (db, databox, selection) =>
    restoreRecords(db, databox, selection, who()),
  );
  tell(session, ids, changed, 'taken out of the trash', 'not in it');
}

export async function deleteForGood(
  session: Session,
  ids: readonly string[],
  { yes }: { yes?: true },
): Promise<void> {
  if (!yes)
    throw new UsageError(
      `This deletes ${some(new Set(ids).size, 'record')} for good, with their files: say --yes. \`regie library trash\` can be undone.`,
    );
  const done = await withLibrary(session, async (db, config) => {
    const deleted = await inTransaction(db, async () => {
      const all = [];
      for (const located of await locate(db, ids))
        all.push(await deleteRecords(db, located.databox, byIds(located.ids), who()));
      return all;
    });
    const store = new OriginalStore(storageFolder(config.root, librarySection.of(config)));
    const files = await releaseOriginals(
      db,
      store,
      deleted.flatMap(({ originals }) => originals),
    );
    return { deleted: deleted.reduce((sum, { records }) => sum + records, 0), files };
  });
  session.out.answer(
    done,
    () => `${some(done.deleted, 'record')} deleted, and ${some(done.files, 'file')} that nothing else needs.`,
  );
}
