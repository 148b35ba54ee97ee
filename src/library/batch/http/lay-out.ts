import { mkdirSync, readdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import { syncFolder, writeAtomically } from '../../../files/atomic-write.ts';
import { exists } from '../../../files/move.ts';
import { ManifestFault, type Manifest } from '../manifest/manifest.ts';
import { looksLikeJson, readManifest } from '../manifest/read-manifest.ts';
import { READY_FILE } from '../survey-drop.ts';
import type { Part, Upload } from './receive.ts';
import { Refusal } from './http-refusal.ts';

/**
 * Makes a batch's folder, as one would be dropped, of what a request brought: its manifest, or one made of the form's
 * fields, and the files where the manifest says. Gives the manifest. All of it is safe against a power cut. Throws a
 * `Refusal` when the request makes no batch.
 */
export function layOut(upload: Upload, folder: string, maxFiles: number): Manifest {
  mkdirSync(folder);
  return upload.manifest
    ? layOutByManifest(upload, upload.manifest, folder, maxFiles)
    : layOutForm(upload, folder, maxFiles);
}

function layOutByManifest(upload: Upload, bytes: Buffer, folder: string, maxFiles: number): Manifest {
  if (upload.user !== undefined || upload.collection !== undefined)
    throw new Refusal(400, 'the request has a manifest; expected `user` and `collection` in there');
  const manifest = read(bytes, maxFiles);
  const parts = new Set(upload.files);
  const called = partsByName(upload.files);
  for (const { path: where, fault } of manifest.entries) {
    if (where === null || fault !== undefined) continue;
    const [part, second] = called.get(where.normalize()) ?? [];
    if (second) throw new Refusal(400, `two files are called ${JSON.stringify(where)}; expected each once`);
    if (part && parts.delete(part)) writePart(part, folder, where);
  }
  // The manifest says nothing of these, or nothing that could be: they are kept, and the answer tells of them.
  for (const [at, part] of [...parts].entries()) writePart(part, folder, `unnamed-${at}${extensionOf(part)}`);
  seal(folder, looksLikeJson(bytes) ? 'manifest.json' : 'manifest.xml', bytes);
  return manifest;
}

/** Parts by what a manifest may call them: their file names. */
function partsByName(files: readonly Part[]): Map<string, Part[]> {
  const called = new Map<string, Part[]>();
  for (const part of files) {
    const name = part.name.normalize();
    called.set(name, [...(called.get(name) ?? []), part]);
  }
  return called;
}

function layOutForm({ user, collection, files }: Upload, folder: string, maxFiles: number): Manifest {
  if (files.length > maxFiles)
    throw new Refusal(413, `${files.length} files; expected at most ${maxFiles} files in one batch`);
  const entries = files.map((part, at) => {
    const where = `${String(at).padStart(4, '0')}${extensionOf(part)}`;
    writePart(part, folder, where);
    return { path: where, name: part.name.split(/[/\\]/).at(-1) };
  });
  const bytes = Buffer.from(JSON.stringify({ user, collection, files: entries }, undefined, 2));
  const manifest = read(bytes, maxFiles);
  seal(folder, 'manifest.json', bytes);
  return manifest;
}

function read(bytes: Buffer, maxFiles: number): Manifest {
  try {
    return readManifest(bytes, 'manifest', maxFiles);
  } catch (error) {
    throw error instanceof ManifestFault ? new Refusal(400, error.message) : error;
  }
}

/** Gives a file its name; `where` is checked, or ours. */
function writePart({ file }: Part, folder: string, where: string): void {
  const target = path.join(folder, where);
  try {
    mkdirSync(path.dirname(target), { recursive: true });
    if (exists(target))
      throw new Refusal(400, `two files would be ${JSON.stringify(where)}; expected each once`);
    renameSync(file, target);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EEXIST' && code !== 'ENOTDIR') throw error;
    throw new Refusal(400, `${JSON.stringify(where)} would lie in another file; expected a folder above it`);
  }
}

/** Letters and digits only: ExifTool tells some formats apart by it. */
const extensionOf = ({ name }: Part) => /\.\w{1,20}$/.exec(name)?.[0] ?? '';

function seal(folder: string, name: string, manifest: Buffer): void {
  writeAtomically(path.join(folder, name), manifest);
  writeAtomically(path.join(folder, READY_FILE), '');
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    if (entry.isDirectory()) syncFolder(path.join(entry.parentPath, entry.name));
  syncFolder(folder);
}
