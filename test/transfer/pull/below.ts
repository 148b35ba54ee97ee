import { readdirSync } from 'node:fs';
import path from 'node:path';

/** Paths of all files below a folder, sorted. */
export function below(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
}
