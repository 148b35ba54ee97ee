import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Pool } from 'pg';
import type { Config } from '../task/config.ts';
import { addFolder, readInstallation } from '../store/installation-row.ts';

const markFile = path.join('.regie', 'installation-id');

/**
 * Makes sure that this worker sees the same folders as the installation's other workers: each folder
 * carries the installation's id. A folder is marked when it is first used; from then on a worker that does
 * not find the mark sees another disk, and would claim files that nobody else can see.
 *
 * With `alone` (the database is our own, on this machine only) no other worker can be elsewhere: a folder
 * that was deleted is made again.
 *
 * Throws, naming the folder, when a mark is missing or is another installation's.
 */
export async function checkFolders(config: Config, pool: Pool, { alone = false } = {}): Promise<void> {
  const installation = await readInstallation(pool, config.installation);
  if (installation.name !== config.installation)
    throw new Error(
      `this database belongs to the installation ${JSON.stringify(installation.name)}, the configuration says ` +
        `${JSON.stringify(config.installation)} (${config.file}); use a database of its own`,
    );
  const folders = config.tasks.flatMap(
    (task) => task.kind.folders?.(task.settings, config.root, config) ?? [],
  );
  for (const folder of new Set(folders)) {
    // Workers on other machines may have the installation elsewhere: its folders are known by their names in it.
    const name = path.relative(config.root, folder);
    const known = installation.folders.includes(name) && !alone;
    await checkFolder(folder, installation.id, known);
    await addFolder(pool, name);
  }
}

async function checkFolder(folder: string, id: string, known: boolean): Promise<void> {
  const file = path.join(folder, markFile);
  const mark = await readMark(file);
  if (mark === id) return;
  if (mark !== undefined)
    throw new Error(`${folder} belongs to another installation (${file} says ${mark}, ours is ${id})`);
  if (known)
    throw new Error(
      `${folder} is not the folder that the other workers of this installation see: ${file} is missing. ` +
        `Mount the right one; or, if it was emptied on purpose, write ${id} into that file`,
    );
  await mkdir(path.dirname(file), { recursive: true });
  await writeMark(file, id);
  if ((await readMark(file)) !== id) throw new Error(`${file} could not be written`);
}

/** Of two workers that start together one writes it, whole from the first moment, and the other reads what it wrote. */
async function writeMark(file: string, id: string): Promise<void> {
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, `${id}\n`, { flag: 'wx' });
  try {
    await link(draft, file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A network's file system may know no hard links.
    if (code === 'EEXIST') return;
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS') throw error;
    await rename(draft, file);
  } finally {
    await rm(draft, { force: true });
  }
}

async function readMark(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
