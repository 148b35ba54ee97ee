import { FTPError } from 'basic-ftp';
import { remove } from '../../files/move.ts';
import type { WorkContext } from '../../task/kind.ts';
import { isSameVersion, type LedgerFile, type RemoteFile } from './compare-listing.ts';
import type { Counts } from './pull-counts.ts';
import { diskProblem } from './disk.ts';
import type { Fetched } from './fetch.ts';
import type { Ledger, Placing } from './pull-ledger.ts';
import type { Fault } from './fault.ts';
import { Blocked, TargetNames, syncFolders } from './local-names.ts';
import { putInPlace } from './put-in-place.ts';
import type { RemoteFolder } from './remote-folder.ts';
import type { Folders, PullSettings } from './pull-settings.ts';

/** What finishing files takes. */
export interface FinishContext {
  ctx: WorkContext<PullSettings>;
  folders: Folders;
  ledger: Ledger;
  remote: RemoteFolder;
  counts: Counts;
  /** Files that were put in place and are still to be deleted on the server. */
  toDelete: Set<string>;
  /** The markers of files, by their paths. */
  markers: ReadonlyMap<string, RemoteFile>;
}

/**
 * Takes fetched files over: looks whether the server's are still the same, puts them in place, and deletes the
 * server's. In this order, for all of a group together:
 *
 * 1. their content is safe on disk, and the server's files are as they were listed (its hashes agree, if it has any);
 * 2. where each goes is committed as `placing`;
 * 3. they are renamed, and their names are safe on disk;
 * 4. that is committed as `placed`;
 * 5. `stableFor` later the server's files are deleted if they are still the same, and their rows.
 *
 * A kill after 2 leaves parts that `recover` renames, one after 4 files whose next listing only deletes them there.
 */
export async function finishFiles(context: FinishContext, group: readonly Fetched[]): Promise<void> {
  const { ctx, ledger, folders, counts } = context;
  try {
    await Promise.all(group.map(({ synced }) => synced));
    const received = await confirmed(context, group);
    const looked = Date.now();
    const verified = await verify(context, received);
    const placed = await moveVerified(context, verified);
    if (placed.length === 0) return;
    await ledger.placed(placed.map(({ row }) => row.id));
    for (const { row, known } of placed) {
      counts[known ? 'known' : 'fetched'] += 1;
      if (!known) counts.bytes += row.size;
    }
    if (placed.some(({ known }) => !known)) ctx.changed();
    if (!ctx.settings.deleteRemote) return;
    if (ctx.settings.stableFor > 0 && ctx.settings.marker === undefined) {
      // Its writer may go on: it is looked at once more, later.
      for (const { row } of placed) context.toDelete.add(row.id);
      return;
    }
    await deleteRemote(
      context,
      placed.map(({ row }) => row),
      looked,
    );
  } catch (error) {
    throw diskProblem(folders.local, error) ?? error;
  }
}

/**
 * Deletes files of the server that are in place here, while they are still the same. `looked`: when they were seen to
 * be, ms since 1970.
 */
export async function deleteRemote(
  { ctx, remote, ledger, counts, markers }: FinishContext,
  rows: readonly LedgerFile[],
  looked?: number,
): Promise<void> {
  const { deleted, refused, changed } = await remote.remove(rows, looked);
  await ledger.deleted(rows.filter(({ path }) => deleted.has(path)).map(({ id }) => id));
  counts.deleted += deleted.size;
  const useless = [...deleted].flatMap((path) => markers.get(path) ?? []);
  const { refused: left } = await remote.remove(useless);
  for (const [path, answer] of left)
    ctx.trace(
      `${path}: its file is fetched and deleted, but the server does not delete the marker: ${answer}`,
    );
  for (const { id, path } of rows) {
    if (changed.has(path)) {
      counts.growing += 1;
      ctx.trace(`${path}: changed on the server since it was fetched; it stays there, for the next run`);
    }
    const answer = refused.get(path);
    if (answer === undefined) continue;
    counts.failed += 1;
    const reason = `${path}: is fetched, but the server does not delete it: ${answer}`;
    ctx.trace(reason);
    await ledger.failed(id, { path, what: 'not-deleted', reason });
  }
}

/** Those of the files that the server still has as they were listed. */
async function stillSame(remote: RemoteFolder, rows: readonly LedgerFile[]): Promise<LedgerFile[]> {
  const now = await remote.statFiles(rows);
  return rows.filter((row) => {
    const file = now.get(row.path);
    return file !== undefined && isSameVersion(row, file);
  });
}

/**
 * Those of the group of which the server has not said afterwards that something went wrong. A connection that was lost
 * before it said anything takes nothing from what has arrived: it is as long as it was listed.
 */
async function confirmed(context: FinishContext, group: readonly Fetched[]): Promise<Fetched[]> {
  const good: Fetched[] = [];
  for (const file of group) {
    const error = await file.confirmed.then(
      () => undefined,
      (thrown: unknown) => (thrown instanceof FTPError ? thrown : undefined),
    );
    if (error === undefined) good.push(file);
    else {
      remove(file.part);
      await fail(context, file.row, {
        what: 'refused-by-server',
        reason: `${file.row.path}: the server gave it up: ${context.remote.quote(error.message)}`,
      });
    }
  }
  return good;
}

/** Those of the group whose file on the server is unchanged, and has the hash that was received. */
async function verify(context: FinishContext, group: readonly Fetched[]): Promise<Fetched[]> {
  const { ctx, remote, counts } = context;
  const same = new Set(
    await stillSame(
      remote,
      group.map(({ row }) => row),
    ),
  );
  const hashes = await remote.hashes(group.map(({ row }) => row));
  const verified: Fetched[] = [];
  for (const file of group) {
    const { row, part } = file;
    const hash = hashes.get(row.path);
    if (!same.has(row)) {
      ctx.trace(`${row.path}: changed on the server while it was fetched; left for the next run`);
      counts.growing += 1;
      remove(part);
    } else if (hash !== undefined && hash !== file.hash) {
      remove(part);
      await fail(context, row, {
        what: 'wrong-hash',
        reason: `${row.path}: the ${remote.hashAlgorithm} of what arrived is ${file.hash}, the server says ${hash}`,
      });
    } else verified.push({ ...file, hash });
  }
  return verified;
}

/** Puts files in place; gives those that are there now. */
async function moveVerified(
  context: FinishContext,
  group: readonly Fetched[],
): Promise<{ row: LedgerFile; known: boolean }[]> {
  const { ledger, folders } = context;
  return ledger.whilePlacing(folders.local, async () => {
    const plans = await plan(context, group);
    await ledger.placing(plans.map(({ placing }) => placing));
    const placed = [];
    for (const each of plans) {
      if (each.placing.known || (await move(context, each))) placed.push(each);
    }
    await syncFolders(
      folders.local,
      placed.map(({ placing }) => placing.target),
    );
    // After the commit: a part that is missing before it would count as moved.
    for (const { placing, file } of plans) if (placing.known) remove(file.part);
    for (const { placing, file } of placed) tell(context, file, placing);
    return placed.map(({ file, placing }) => ({ row: file.row, known: placing.known }));
  });
}

interface Plan {
  file: Fetched;
  placing: Placing;
}

async function plan(context: FinishContext, group: readonly Fetched[]): Promise<Plan[]> {
  const plans: Plan[] = [];
  const targetNames = new TargetNames(context.folders.local);
  for (const file of group) {
    const { row } = file;
    try {
      const { target, known } = await targetNames.choose(row, file.part);
      const hash = file.hash === undefined ? null : `${context.remote.hashAlgorithm}:${file.hash}`;
      plans.push({ file, placing: { id: row.id, target, hash, known } });
    } catch (error) {
      if (!isBlocked(error)) throw error;
      await fail(context, row, { what: 'blocked', reason: `${row.path}: ${error.message}` });
    }
  }
  return plans;
}

/** False when it could not be put in place: it is fetched again then. */
async function move(context: FinishContext, { file, placing }: Plan): Promise<boolean> {
  const { ledger, folders } = context;
  const { row, part } = file;
  const unplaced = { ...row, ...placing };
  try {
    const { result, target } = await putInPlace(ledger, folders, unplaced, part);
    placing.target = target;
    placing.known = result === 'known';
    if (result !== 'gone') return true;
    await ledger.backToSeen([row.id]);
  } catch (error) {
    if (!isBlocked(error)) throw error;
    await ledger.backToSeen([row.id]);
    await fail(context, row, { what: 'blocked', reason: `${row.path}: ${error.message}` });
  }
  return false;
}

function isBlocked(error: unknown): error is Error {
  return error instanceof Blocked || (error as NodeJS.ErrnoException).code === 'ENAMETOOLONG';
}

function tell({ ctx, folders }: FinishContext, { row }: Fetched, { target, known }: Placing): void {
  if (!ctx.traced) return;
  const below = target.slice(folders.local.length + 1);
  const text = known ? `is here already as ${below}` : below === row.path ? 'fetched' : `fetched as ${below}`;
  ctx.trace(`${row.path}: ${text}, ${row.size} bytes`);
}

/** Notes that something is wrong with a file. */
export async function fail(
  { ctx, ledger, counts }: Pick<FinishContext, 'ctx' | 'ledger' | 'counts'>,
  row: LedgerFile,
  fault: Omit<Fault, 'path'>,
): Promise<void> {
  counts.failed += 1;
  ctx.trace(fault.reason);
  await ledger.failed(row.id, { path: row.path, ...fault });
}
