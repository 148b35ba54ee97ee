import { closeSync, fsyncSync, openSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';
import { syncFolder } from '../files/atomic-write.ts';
import { exists, linkExclusive, remove } from '../files/move.ts';
import { CliError, exit, UsageError } from './exit.ts';

/**
 * Writes the file that an operator asked for (`-o`): `write` fills a draft beside it, which gets the name only once it
 * is whole and on disk. So the name is never half a file, and with `force` the old file stays until then. A draft of a
 * process that was killed is a hidden `.<name>.<pid>.part`, which may be deleted.
 * @throws CliError exit 5 when the file is there, unless `force`; exit 2 when it cannot be written there at all.
 */
export async function writeNewFile<T>(
  file: string,
  force: boolean,
  write: (draft: string) => Promise<T>,
): Promise<T> {
  const target = path.resolve(file);
  refuseImpossible(file, target);
  if (!force && exists(target)) throw taken(file);
  const draft = path.join(path.dirname(target), `.${path.basename(target).slice(0, 60)}.${process.pid}.part`);
  try {
    const result = await write(draft);
    syncFile(draft);
    if (force) renameSync(draft, target);
    else if ((await linkExclusive(draft, target)) === 'taken') throw taken(file);
    syncFolder(path.dirname(target));
    return result;
  } finally {
    remove(draft);
  }
}

const taken = (file: string) =>
  new CliError(exit.refused, `${file} is there already: --force replaces it.`, { file });

function refuseImpossible(file: string, target: string): void {
  const folder = path.dirname(target);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(`There is no folder ${folder} to write ${path.basename(file)} into.`);
  }
  if (statSync(target, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(`${file} is a folder: expected the name of a file.`);
  }
}

function syncFile(file: string): void {
  const fd = openSync(file, 'r+');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/**
 * The format that a file's name asks for by its ending, in any case. Throws UsageError with those there are.
 * @param formats without the dot
 */
export function formatOf<F extends string>(file: string, formats: readonly F[]): F {
  const ending = path.extname(file).slice(1).toLowerCase();
  const format = formats.find((each) => each === ending);
  if (format) return format;
  const known = formats.map((each) => `.${each}`).join(', ');
  throw new UsageError(
    `${JSON.stringify(file)} does not say its format: expected a name that ends in ${known}.`,
  );
}
