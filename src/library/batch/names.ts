import path from 'node:path';
import { exists } from '../../files/move.ts';

/** A path in `folder` that nobody has: `name`, else `name~1`, `name~2` … Names of folders have no extension to keep. */
export function freeName(folder: string, name: string): string {
  for (let n = 0; ; n += 1) {
    const target = path.join(folder, n === 0 ? name : `${name}~${n}`);
    if (!exists(target)) return target;
  }
}
