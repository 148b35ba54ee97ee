import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';

/**
 * The task whose hotfolder a pull fills: takes every file that it sees, at once and for good, so that nothing in the
 * folder tells a pull any more what it has brought.
 */
export class Hotfolder {
  /** SHA-256 of what arrived, by path; a file that arrives again is in `twice`. */
  readonly taken = new Map<string, string>();
  readonly twice: string[] = [];
  private readonly folder: string;
  private timer: NodeJS.Timeout | undefined;

  constructor(folder: string) {
    this.folder = folder;
    this.resume();
  }

  resume(): void {
    this.timer ??= setInterval(() => this.take(), 20);
  }

  pause(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** Takes all that is there now. */
  take(): void {
    for (const entry of list(this.folder)) {
      if (!entry.isFile()) continue;
      const file = path.join(entry.parentPath, entry.name);
      const name = path.relative(this.folder, file);
      if (this.taken.has(name)) this.twice.push(name);
      this.taken.set(name, sha256(readFileSync(file)));
      rmSync(file);
    }
  }
}

export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

function list(folder: string) {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true });
  } catch {
    return [];
  }
}
