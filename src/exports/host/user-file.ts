import path from 'node:path';
import { fileURLToPath } from 'node:url';

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
