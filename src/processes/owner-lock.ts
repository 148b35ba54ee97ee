import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { writePrivateFile } from './private-file.ts';
import { identify, isRunning, type ProcessId } from './processes.ts';

/** Another process runs the servers of this folder. */
export class AlreadyRunning extends Error {
  readonly pid: number;

  constructor(home: string, pid: number) {
    super(
      `\`regie up\` already runs here (pid ${pid} owns ${home}): stop it first, or add a worker with \`regie worker\``,
    );
    this.name = 'AlreadyRunning';
    this.pid = pid;
  }
}

interface Claim {
  owner: ProcessId;
  released?: true;
}

export interface OwnerLock {
  owner: ProcessId;
  release(): Promise<void>;
}

/**
 * Makes this process the only owner of `home`. A killed owner's lock is void at once, also when its pid has been given
 * to another process since: pid and start time must fit.
 *
 * Node has no flock(2), and a lock file that is deleted when stale can be deleted twice, the second time being another
 * one's fresh lock. So claims are numbered files `up.lock.<n>` and the highest number decides. A claim is made by
 * link(2), which one of several wins; it stays when its owner ends, so that its number is never used again.
 *
 * Throws `AlreadyRunning`.
 */
export async function lockHome(home: string): Promise<OwnerLock> {
  await mkdir(home, { recursive: true, mode: 0o700 });
  const owner = identify(process.pid);
  if (!owner) throw new Error('cannot find the start time of this process');
  const draft = path.join(home, `up.lock.draft-${randomUUID()}`);
  await writePrivateFile(draft, JSON.stringify({ owner } satisfies Claim));
  try {
    for (;;) {
      const highest = await highestClaim(home);
      const holder = highest && (await readClaim(home, highest));
      if (holder && !holder.released && isRunning(holder.owner))
        throw new AlreadyRunning(home, holder.owner.pid);
      const mine = highest + 1;
      if (!(await tryLink(draft, claimFile(home, mine)))) continue;
      // Others may have claimed higher numbers, and cleared this one away, since we looked.
      if ((await highestClaim(home)) !== mine) {
        await rm(claimFile(home, mine), { force: true });
        continue;
      }
      await removeBelow(home, mine);
      return {
        owner,
        release: () =>
          writePrivateFile(claimFile(home, mine), JSON.stringify({ owner, released: true } satisfies Claim)),
      };
    }
  } finally {
    await rm(draft, { force: true });
  }
}

/**
 * Who owned `home` last: `none` when no `regie up` ever started servers of its own there (or tried to); its process while it runs;
 * `gone` otherwise.
 */
export async function lastOwner(home: string): Promise<ProcessId | 'gone' | 'none'> {
  const highest = await highestClaim(home).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return 0;
    throw error;
  });
  if (highest === 0) return 'none';
  const claim = await readClaim(home, highest);
  return claim && !claim.released && isRunning(claim.owner) ? claim.owner : 'gone';
}

const PREFIX = 'up.lock.';

function claimFile(home: string, number: number): string {
  return path.join(home, `${PREFIX}${number}`);
}

async function claims(home: string): Promise<number[]> {
  return (await readdir(home))
    .filter((name) => /^up\.lock\.\d+$/.test(name))
    .map((name) => Number(name.slice(PREFIX.length)));
}

async function highestClaim(home: string): Promise<number> {
  return Math.max(0, ...(await claims(home)));
}

/** `undefined` when it was cleared away meanwhile; then there is a higher one. */
async function readClaim(home: string, number: number): Promise<Claim | undefined> {
  try {
    return JSON.parse(await readFile(claimFile(home, number), 'utf8')) as Claim;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`${claimFile(home, number)}: ${(error as Error).message}`, { cause: error });
  }
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function removeBelow(home: string, number: number): Promise<void> {
  for (const old of await claims(home)) if (old < number) await rm(claimFile(home, old), { force: true });
}
