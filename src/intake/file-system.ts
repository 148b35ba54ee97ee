import { readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { isGone } from '../files/scan.ts';
import { isWithin } from './folder-check.ts';

/** Of a mount: where it is, and the type of its file system: `ext4`, `nfs4`. */
export interface FileSystem {
  mount: string;
  type: string;
}

/** File systems whose files other machines, or this one's host, may write to unseen. */
const REMOTE =
  /^(?:nfs\d?|cifs|smb\w*|9p|afs|ceph|glusterfs|lustre|gfs2|ocfs2|virtiofs|vboxsf|vmhgfs|prl_fs|drvfs|davfs2?|ncpfs|fuse(?:\..*)?)$/;

/** The file system that a folder is on, or would be; undefined where the system does not tell (no /proc: macOS). */
export function fileSystemOf(folder: string, mountinfo = '/proc/self/mountinfo'): FileSystem | undefined {
  let text: string;
  try {
    text = readFileSync(mountinfo, 'utf8');
  } catch {
    return undefined;
  }
  const real = realPathOf(folder);
  let found: FileSystem | undefined;
  for (const line of text.split('\n')) {
    const [before, after] = line.split(' - ');
    const mount = unescape(before?.split(' ')[4] ?? '');
    const type = after?.split(' ')[0];
    if (mount === '' || type === undefined || !isWithin(real, mount)) continue;
    // Of two at one place the later one hides the other.
    if (!found || mount.length >= found.mount.length) found = { mount, type };
  }
  return found;
}

export const isRemote = (type: string): boolean => REMOTE.test(type);

/** Its own path without links, or that of the first folder above it that is there. */
function realPathOf(folder: string): string {
  try {
    return realpathSync(folder);
  } catch (error) {
    const above = path.dirname(folder);
    if (!isGone(error) || above === folder) return folder;
    return path.join(realPathOf(above), path.basename(folder));
  }
}

/** Blanks and the like are written as octal numbers. */
const unescape = (text: string) =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
