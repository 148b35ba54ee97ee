import { ExifTool } from 'exiftool-vendored';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { exists } from '../../../files/move.ts';
import { toPng } from '../../../drawing/png.ts';
import { demoFiles, type DemoFile } from './demo-files.ts';
import { draw } from './landscape.ts';

/**
 * Makes a folder with the files of the demo; gives their names. One that is there already is left as it is, however
 * little is left in it: `undefined`. Killed, it leaves no folder that is half full. Throws ExifTool's error, when there
 * is no Perl for example, and the signal's reason when it is aborted.
 */
export async function fillDemoFolder(folder: string, signal?: AbortSignal): Promise<string[] | undefined> {
  if (exists(folder)) return undefined;
  await mkdir(path.dirname(folder), { recursive: true });
  const draft = await mkdtemp(`${folder}.new-`);
  const exiftool = new ExifTool({ maxProcs: 1 });
  const names: string[] = [];
  try {
    for (const file of demoFiles) {
      signal?.throwIfAborted();
      names.push(...(await write(draft, file, exiftool)));
    }
    await rename(draft, folder);
  } catch (error) {
    await rm(draft, { recursive: true });
    throw error;
  } finally {
    await exiftool.end();
  }
  return names;
}

async function write(folder: string, file: DemoFile, exiftool: ExifTool): Promise<string[]> {
  const picture = path.join(folder, file.name);
  await mkdir(path.dirname(picture), { recursive: true });
  await writeFile(picture, await toPng(draw(file.picture)));
  await exiftool.write(picture, file.tags, { writeArgs: ['-overwrite_original'] });
  if (!file.sidecar) return [file.name];
  await writeFile(path.join(folder, file.sidecar.name), file.sidecar.xml);
  return [file.name, file.sidecar.name];
}
