/** A file of the server, as one listing showed it. */
export interface RemoteFile {
  /** Below the remote folder. */
  path: string;
  size: number;
  /** See `transfer.remote_file`. */
  modified: string;
  listed: string | null;
}

/** A row of the ledger. */
export interface LedgerFile extends RemoteFile {
  id: string;
  since: Date;
  state: 'seen' | 'placing' | 'placed' | 'refused';
  /** What went wrong with it, in the list of incidents. */
  incident: string | null;
  /** It waits for an operator, or one has decided that it is not fetched. */
  held: boolean;
  /** Not tried again before. */
  notBefore: Date | null;
  goneSince: Date | null;
}

export interface Comparison {
  /** Files that the ledger does not know, or knows with another size or time. */
  fresh: RemoteFile[];
  /** Rows whose path has another file now. */
  replaced: LedgerFile[];
  /** Rows whose path has none any more. */
  gone: LedgerFile[];
  /** Unchanged for long enough: to be fetched. */
  ready: LedgerFile[];
  /** Unchanged, but not for long enough. */
  young: LedgerFile[];
  /** Fetched before, and still there. */
  placed: LedgerFile[];
  /** Failed before, and not to be tried again now. */
  held: LedgerFile[];
}

/** Is the file of the listing the very one of the row? */
export function isSameVersion(row: RemoteFile, file: RemoteFile): boolean {
  return row.size === file.size && row.modified === file.modified;
}

/** How many times as long an empty file must stay the same: with the default setting eight minutes. */
const EMPTY_SETTLES = 20;

/**
 * How long a file must stay the same, ms. An upload that has begun and waits for its sender is an empty file, of which
 * nothing is lost where it is whole and comes later.
 */
function settleFor({ size }: Pick<RemoteFile, 'size'>, stableFor: number): number {
  return size === 0 ? EMPTY_SETTLES * stableFor : stableFor;
}

/**
 * Compares a listing with the ledger, whose refused files are left out. `start`: when the listing began, by the clock that wrote `since`; a file is
 * ready when an earlier listing, which ended `stableFor` ms before (an empty file's longer), showed the same size and time. `listed` says of
 * which paths the listing can tell that they are gone.
 */
export function compare(
  files: readonly RemoteFile[],
  ledger: ReadonlyMap<string, LedgerFile>,
  { start, stableFor, listed }: { start: Date; stableFor: number; listed: (path: string) => boolean },
): Comparison {
  const found: Comparison = { fresh: [], replaced: [], gone: [], ready: [], young: [], placed: [], held: [] };
  const there = new Set<string>();
  for (const file of files) {
    there.add(file.path);
    const row = ledger.get(file.path);
    // On its way into place: nothing is decided about it before it is there.
    if (row?.state === 'placing') found.held.push(row);
    else if (!row || !isSameVersion(row, file)) {
      found.fresh.push(file);
      if (row) found.replaced.push(row);
    } else if (!mayTry(row, start)) found.held.push(row);
    else if (row.state === 'placed') found.placed.push(row);
    else if (start.getTime() - row.since.getTime() >= settleFor(row, stableFor)) found.ready.push(row);
    else found.young.push(row);
  }
  for (const row of ledger.values()) {
    if (!there.has(row.path) && row.state !== 'placing' && listed(row.path)) found.gone.push(row);
  }
  return found;
}

function mayTry({ held, notBefore }: LedgerFile, now: Date): boolean {
  return !held && (notBefore === null || notBefore <= now);
}
