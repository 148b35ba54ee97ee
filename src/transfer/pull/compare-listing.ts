import { stableTime } from '../../intake/stability.ts';

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
  placedAt: Date | null;
  /** Where it went, absolute. */
  target: string | null;
  /** See `transfer.remote_file`. */
  replaces: string | null;
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
  /** Fetched long enough before, and still there, as it was … */
  placed: LedgerFile[];
  /** … or not long enough. */
  watched: LedgerFile[];
  /** Failed before, and not to be tried again now. */
  held: LedgerFile[];
}

/** Is the file of the listing the very one of the row? */
export function isSameVersion(row: RemoteFile, file: RemoteFile): boolean {
  return row.size === file.size && row.modified === file.modified;
}

/**
 * Compares a listing with the ledger, whose refused files are left out. `start`: when the listing began, by the clock that wrote `since`; a file is
 * ready when an earlier listing, which ended `stableFor` ms before (an empty file's longer), showed the same size and time. `listed` says of
 * which paths the listing can tell that they are gone. `complete`: paths of which markers say that they are complete; then
 * nothing else counts.
 */
export function compare(
  files: readonly RemoteFile[],
  ledger: ReadonlyMap<string, LedgerFile>,
  {
    start,
    stableFor,
    listed,
    complete,
  }: {
    start: Date;
    stableFor: number;
    listed: (path: string) => boolean;
    complete?: ReadonlySet<string> | undefined;
  },
): Comparison {
  const found: Comparison = {
    fresh: [],
    replaced: [],
    gone: [],
    ready: [],
    young: [],
    placed: [],
    watched: [],
    held: [],
  };
  const isOld = (since: Date | null, { size }: RemoteFile) =>
    complete !== undefined ||
    start.getTime() - (since?.getTime() ?? 0) >= stableTime({ bytes: size }, stableFor);
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
    else if (row.state === 'placed') found[isOld(row.placedAt, row) ? 'placed' : 'watched'].push(row);
    else if (complete ? complete.has(row.path) : isOld(row.since, row)) found.ready.push(row);
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
