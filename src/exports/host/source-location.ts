import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SourceLocation } from './host-messages.ts';

/** `at f (/exports/a.ts:4:14)`, `at async /exports/a.ts:4:14`. */
const FRAME = /^\s*at (?:.*\()?(?:async )?(.+?):(\d+):\d+\)?$/;

/** The first line of the user's among stack frames, one a line. */
export function locationIn(stack: string): SourceLocation | undefined {
  for (const line of stack.split('\n')) {
    const frame = FRAME.exec(line);
    const file = frame && userFile(frame[1]!);
    if (file) return { file, line: Number(frame[2]) };
  }
  return undefined;
}

/** `src` or `dist`: this program's own code. */
const program = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url)))) + path.sep;

/**
 * The absolute path that a stack frame or a script's URL names, when it is a file of the user's: not of Node, not of a package, not of this
 * program.
 */
export function userFile(named: string): string | undefined {
  const file = named.startsWith('file://') ? fileURLToPath(named) : named;
  if (
    !path.isAbsolute(file) ||
    file.startsWith(program) ||
    file.includes(`${path.sep}node_modules${path.sep}`)
  )
    return undefined;
  return file;
}
