import { mkdirSync, readdirSync, renameSync, rmdirSync, unlinkSync } from 'node:fs';
import path from 'node:path';
import { isGone } from '../../files/scan.ts';

/** A file that a run has taken: it stands in `work/` until its rows are committed and it moves on. */
export interface Claim {
  /** Path below work/: unique for ever. */
  claim: string;
  /** Path below the inbox under which it arrived. */
  name: string;
}

const SEQUENCE = 7;
const FLAT = new RegExp(`^\\d{${SEQUENCE}}-(.+)$`, 's');
const NESTED = new RegExp(`^\\d{${SEQUENCE}}$`);
const SIDECAR = new RegExp(`^\\d{${SEQUENCE}}\\.(?:rejects|error)(?:\\.part)?$`);
const LONGEST_NAME = 255;

/**
 * The folder `work/<run>` of one run. A claim is `<number>-<name>`, the path below the inbox with `%2F` for
 * `/`; where that is too long for a file's name, `<number>/<path>`.
 */
export class ClaimFolder {
  readonly folder: string;
  private readonly inbox: string;
  /** Name of the folder below work/. */
  private readonly dir: string;
  private next: number;

  /** `last`: the highest claim of this run in the ledger, when it runs again after a crash. */
  constructor(inbox: string, work: string, run: string, last?: string) {
    this.inbox = inbox;
    this.dir = encodeURIComponent(run);
    this.folder = path.join(work, this.dir);
    mkdirSync(this.folder, { recursive: true });
    const used = readdirSync(this.folder);
    if (last?.startsWith(`${this.dir}/`)) used.push(last.slice(this.dir.length + 1));
    this.next = 1 + Math.max(0, ...used.map((name) => Number.parseInt(name, 10) || 0));
  }

  /** Takes a file out of the inbox; undefined when it is gone. */
  take(name: string): Claim | undefined {
    const number = String(this.next).padStart(SEQUENCE, '0');
    const flat = `${number}-${encodeName(name)}`;
    const nested = Buffer.byteLength(flat) > LONGEST_NAME;
    const claimed = nested ? `${number}/${name}` : flat;
    const target = path.join(this.folder, claimed);
    if (nested) mkdirSync(path.dirname(target), { recursive: true });
    try {
      renameSync(path.join(this.inbox, name), target);
    } catch (error) {
      if (!isGone(error)) throw error;
      return undefined;
    }
    this.next += 1;
    return { claim: `${this.dir}/${claimed}`, name };
  }
}

/** The files that stand in work/, in the order in which they were claimed; those of runs that died, or of this one. */
export function listClaims(work: string): Claim[] {
  return foldersIn(work).flatMap((run) =>
    readdirSync(path.join(work, run), { withFileTypes: true })
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .flatMap((entry): Claim[] => {
        const flat = FLAT.exec(entry.name);
        if (flat && entry.isFile()) return [{ claim: `${run}/${entry.name}`, name: decodeName(flat[1]!) }];
        if (!entry.isDirectory() || !NESTED.test(entry.name)) return [];
        return readdirSync(path.join(work, run, entry.name), { recursive: true, withFileTypes: true })
          .filter((below) => below.isFile())
          .map((below) => {
            const name = path.relative(
              path.join(work, run, entry.name),
              path.join(below.parentPath, below.name),
            );
            return { claim: `${run}/${entry.name}/${name}`, name };
          });
      }),
  );
}

/** Where the report of a claimed file stands until both move on. */
export function sidecarOf(work: string, claim: string): { rejects: string; error: string } {
  const [run, rest] = claim.split('/') as [string, string];
  const stem = path.join(work, run, rest.slice(0, SEQUENCE));
  return { rejects: `${stem}.rejects`, error: `${stem}.error` };
}

/** Removes the folders of runs that hold no claim any more, with reports that were begun and not needed. */
export function sweep(work: string): void {
  const busy = new Set(listClaims(work).map(({ claim }) => claim.split('/')[0]));
  for (const run of foldersIn(work)) {
    if (busy.has(run)) continue;
    for (const name of readdirSync(path.join(work, run))) {
      if (SIDECAR.test(name)) unlinkSync(path.join(work, run, name));
    }
    removeEmpty(path.join(work, run));
  }
}

function removeEmpty(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) removeEmpty(path.join(folder, entry.name));
  }
  try {
    rmdirSync(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && !isGone(error)) throw error;
  }
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map(({ name }) => name)
      .sort();
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

const encodeName = (name: string) => name.replaceAll('%', '%25').replaceAll('/', '%2F');
const decodeName = (name: string) => name.replaceAll('%2F', '/').replaceAll('%25', '%');
