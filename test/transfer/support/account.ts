import { execFileSync } from 'node:child_process';
import { chownSync, lstatSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { Account } from '../../../src/processes/run-program.ts';

/** Whom servers run as: root's run as `nobody`, an ordinary user's as that user (`undefined`). */
export function serverAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  return { name: 'nobody', uid: id('-u'), gid: id('-g') };
}

/** Gives a file, or a folder with all that is in it, to the account. */
export function give(account: Account | undefined, file: string): void {
  if (!account) return;
  const { uid, gid } = account;
  chownSync(file, uid, gid);
  if (!lstatSync(file).isDirectory()) return;
  for (const name of readdirSync(file)) give(account, path.join(file, name));
}
