import type { Entry } from './folder.ts';

/** A moment as MDTM and MLSD write it (RFC 3659 §2.3): UTC, `20261125025501.123`. */
export function timeVal(date: Date): string {
  return date.toISOString().replace(/[-:TZ]/g, '');
}

/** Facts about a file (RFC 3659 §7.5) before its name. */
export function facts({ name, folder, bytes, modified }: Entry): string {
  const size = folder ? '' : `size=${bytes};`;
  return `type=${folder ? 'dir' : 'file'};${size}modify=${timeVal(modified)}; ${name}`;
}

const HALF_A_YEAR = 182 * 86_400_000;

/** A line as `ls -l` prints it, which is what clients expect of LIST: to the minute, or to the day when it is old. */
export function longLine({ name, folder, bytes, modified }: Entry, now = Date.now()): string {
  // Thu, 26 Nov 2026 02:55:01 GMT
  const [, day, month, year, time] = modified.toUTCString().split(' ');
  const age = now - modified.getTime();
  const when = age < 0 || age > HALF_A_YEAR ? ` ${year}` : time!.slice(0, 5);
  return `${folder ? 'drwxr-xr-x' : '-rw-r--r--'} 1 demo demo ${bytes} ${month} ${day} ${when} ${name}`;
}
