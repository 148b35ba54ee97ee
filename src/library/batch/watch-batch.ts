import { renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ClientBase } from 'pg';
import { syncFolder } from '../../files/atomic-write.ts';
import { exists, sha256 } from '../../files/move.ts';
import { identify, type FileIdentity } from '../../intake/file-identity.ts';
import { freeFolderName } from '../../intake/target-names.ts';
import {
  lookAtDueFiles,
  noteReturned,
  readDueFiles,
  readReturned,
  stateOf,
  unwatch,
  watchFiles,
  watchOn,
  type DueFiles,
  type NewWatchedFile,
  type ReturnedFile,
  type WatchedFile,
} from '../../intake/watched-files.ts';
import { inTransaction } from '../../store/transaction.ts';
import type { TaskContext, WorkContext } from '../../task/kind.ts';
import { ANSWER_FILE } from './answer/answer-file.ts';
import type { Claim } from './claim-batch.ts';
import { contentsOf } from './contents.ts';
import { readBatch, readFiles, type FileRow } from './batch-ledger.ts';
import { openIncidents, resolveIncidents } from '../../incidents/write-incidents.ts';
import { removeTakenFile } from './remove-taken.ts';
import type { BatchSettings, Folders } from './batch-settings.ts';

/** What the watch knows of a file of a batch. */
interface BatchFile {
  batch: string;
  /** Of a file that failed, its writer is expected back. */
  became: 'taken' | 'failed' | 'other';
  record: string | null;
  /** Below the batch's folder. */
  name: string;
}

const refOf = ({ batch, became, record, name }: BatchFile) => JSON.stringify([batch, became, record, name]);

function readRef(ref: string): BatchFile {
  const [batch, became, record, name] = JSON.parse(ref) as [
    string,
    BatchFile['became'],
    string | null,
    string,
  ];
  return { batch, became, record, name };
}

/** Watches the files of a closed batch, which goes to `target`: their writers may go on. */
export async function watchBatch(
  db: ClientBase,
  task: string,
  {
    claim: { id, folder },
    target,
    files,
    stableFor,
  }: { claim: Claim; target: string; files: readonly FileRow[]; stableFor: number },
): Promise<void> {
  const contents = await contentsOf(folder);
  const rowOf = new Map(
    files.map((row) => [row.path === null ? undefined : contents.find(row.path)?.name, row]),
  );
  const watched = contents.files.flatMap(({ name }): NewWatchedFile[] => {
    if (name === ANSWER_FILE) return [];
    const row = rowOf.get(name);
    const seen = (row && asRead(row)) ?? identify(path.join(folder, name));
    if (!seen) return [];
    const taken = row && row.disposition !== 'failed';
    // Where no file has a row, the batch was refused: for its manifest.
    const became = taken ? 'taken' : row || files.length === 0 ? 'failed' : 'other';
    const ref = refOf({ batch: id, became, record: row?.record ?? null, name });
    return [{ ref, path: path.join(target, name), ...seen }];
  });
  await watchFiles(db, task, watched, stableFor);
}

function asRead({ bytes, mtimeNs, inode }: FileRow): FileIdentity | undefined {
  if (bytes == null || mtimeNs == null || inode == null) return undefined;
  return { bytes, mtimeNs: BigInt(mtimeNs), inode: BigInt(inode) };
}

type WatchContext = Pick<TaskContext<BatchSettings>, 'db' | 'task' | 'settings'>;

async function lookAtDue({ db, task, settings }: WatchContext): Promise<DueFiles> {
  const isFailed = ({ ref }: WatchedFile) => readRef(ref).became === 'failed';
  return lookAtDueFiles(await readDueFiles(db, task), settings.stableFor, isFailed);
}

/** Is done with files that are still the same a while after they were taken. True when a run has to see to others. */
export async function settleBatches(ctx: WatchContext): Promise<boolean> {
  const { same, on, others } = await lookAtDue(ctx);
  await watchOn(ctx.db, on);
  if (ctx.settings.keepDone) await unwatch(ctx.db, same);
  return others.length > 0 || (!ctx.settings.keepDone && same.length > 0);
}

type CheckContext = WatchContext & Pick<WorkContext<BatchSettings>, 'trace'> & { folders: Folders };

/**
 * Looks once more at the files of batches that were taken a while ago. A batch of which one was written to comes back into the drop
 * and is taken again: what changed as a new version. Where taken files are not kept, those that are still the same go.
 */
export async function checkTakenBatches(ctx: CheckContext): Promise<void> {
  const { db, task, settings } = ctx;
  // A run that was cut off has told of them, and has not moved them yet.
  for (const { ref, path: file } of await readReturned(db, task))
    if (exists(file)) await bringBack(ctx, readRef(ref).batch);
  const { same, on, others } = await lookAtDue(ctx);
  const hashes = new Hashes(db);
  const over: WatchedFile[] = [];
  const grown = new Map<string, WatchedFile[]>();
  for (const file of others) {
    const { batch } = readRef(file.ref);
    const now = stateOf(file) === 'changed' ? identify(file.path) : undefined;
    if (!now) over.push(file);
    else if (now.bytes === file.bytes && (await sha256(file.path)) === (await hashes.of(file)))
      on.push({ ...file, mtimeNs: now.mtimeNs, after: settings.stableFor });
    else grown.set(batch, [...(grown.get(batch) ?? []), file]);
  }
  if (!settings.keepDone) {
    // A batch of which a file may come back must have the others still.
    const busy = new Map(on.map(({ ref, after }) => [readRef(ref).batch, after]));
    for (const file of same) {
      const { batch } = readRef(file.ref);
      const after = busy.get(batch);
      if (grown.has(batch)) over.push(file);
      else if (after !== undefined) on.push({ ...file, after });
      else {
        await removeOne(file, await hashes.of(file));
        over.push(file);
      }
    }
  } else over.push(...same);
  await watchOn(db, on);
  await unwatch(db, over);
  for (const [batch, files] of grown) {
    await tellGrown(ctx, batch, files);
    await bringBack(ctx, batch);
  }
}

/** SHA-256 of files as they were taken, hexadecimal. */
class Hashes {
  private readonly db: ClientBase;
  private readonly batches = new Map<string, Map<string, string | null | undefined>>();

  constructor(db: ClientBase) {
    this.db = db;
  }

  async of({ ref }: WatchedFile): Promise<string | null | undefined> {
    const { batch, name } = readRef(ref);
    let known = this.batches.get(batch);
    if (!known) {
      const rows = await readFiles(this.db, batch);
      known = new Map(rows.map(({ path: where, sha256: hash }) => [where?.normalize() ?? '', hash]));
      this.batches.set(batch, known);
    }
    return known.get(name.normalize());
  }
}

/** A file that is kept as an original, and is that still. */
async function removeOne({ ref, path: file }: WatchedFile, hash: string | null | undefined): Promise<void> {
  const { became, name } = readRef(ref);
  if (became === 'taken' && hash) await removeTakenFile(file.slice(0, -name.length - 1), name, hash);
}

async function tellGrown(ctx: CheckContext, batch: string, files: readonly WatchedFile[]): Promise<void> {
  const { db, task } = ctx;
  const row = await readBatch(db, batch);
  const said = files.map(({ ref, bytes, path: file }) => {
    const { name, record } = readRef(ref);
    const became = record === null ? 'it' : `record ${record}`;
    return `${name}: ${became} had ${bytes} bytes, the file has ${identify(file)?.bytes ?? 0} now`;
  });
  const reason =
    `somebody wrote to files of the batch ${row?.name ?? batch} after they were taken: ${said.slice(0, 3).join('; ')}` +
    `${said.length > 3 ? `; and ${said.length - 3} more` : ''}. The batch is taken again, what changed as new versions`;
  await inTransaction(db, async () => {
    for (const file of files) await noteReturned(db, file, file.path);
    const subject = subjectOf(batch);
    await openIncidents(db, { task, kind: 'batchUpload' }, [
      { subject, what: 'grown', reason, mend: 'regie incidents close {id}' },
    ]);
  });
  ctx.trace(reason);
}

const subjectOf = (batch: string) => `${batch}: written to after it was taken`;

/** Puts a batch back into the drop, where it waits until nobody writes to it. */
async function bringBack({ db, folders: { drop } }: CheckContext, batch: string): Promise<void> {
  const target = (await readBatch(db, batch))?.target;
  if (!target || !exists(target)) return;
  const back = freeFolderName(path.join(drop, path.basename(target)));
  renameSync(target, back);
  syncFolder(drop);
  // Else it would look like one that was complete when it was moved here.
  const touch = path.join(back, '.regie-returned');
  writeFileSync(touch, '');
  rmSync(touch);
}

/** Files of batches that were taken before and have come back. */
export class ReturnedFiles {
  private files: (ReturnedFile & BatchFile)[] = [];

  async read(db: ClientBase, task: string): Promise<void> {
    this.files = (await readReturned(db, task)).map((file) => ({ ...file, ...readRef(file.ref) }));
  }

  /** The record that was made of a file before it was complete. */
  recordOf(batch: string, seen: FileIdentity | undefined): string | undefined {
    const found = this.files.find((file) => file.batch === batch && file.inode === seen?.inode);
    return found?.record ?? undefined;
  }

  /** The batch is taken again; in the caller's transaction. */
  async close(db: ClientBase, task: string, batch: string): Promise<void> {
    const own = this.files.filter((file) => file.batch === batch);
    if (own.length === 0) return;
    await unwatch(db, own);
    await resolveIncidents(db, task, [subjectOf(batch)]);
  }
}
