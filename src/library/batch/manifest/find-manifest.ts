import path from 'node:path';
import { NotSmall, readSmallFile } from '../small-file.ts';
import { MOST_MANIFEST_BYTES } from './manifest-json.ts';
import { ManifestFault, type Manifest } from './manifest.ts';
import { readManifest } from './read-manifest.ts';

/** The manifest of a batch's folder. */
export type Found =
  | { state: 'good'; file: string; manifest: Manifest }
  | { state: 'faulty'; file: string; fault: ManifestFault }
  | { state: 'missing' };

const NAMES = ['manifest.xml', 'manifest.json'];
/** XML files that are looked into when none has one of these names. */
const MOST_OTHERS = 20;

/**
 * Finds and reads the manifest of a batch: `manifest.xml`, `manifest.json`, or the only XML file beside the others
 * whose root is `<batch>`. `names` are the files of the folder itself; `most` is how many files a manifest may name.
 */
export function findManifest(folder: string, names: readonly string[], most: number): Found {
  const named = NAMES.filter((name) => names.includes(name));
  if (named.length === 1) return readFound(folder, named[0]!, most);
  const own = named.length > 1 ? named : names.filter(isXml).slice(0, MOST_OTHERS).filter(isBatch);
  if (own.length > 1)
    return {
      state: 'faulty',
      file: own[0]!,
      fault: new ManifestFault(`there are several manifests, ${own.join(' and ')}; expected one`),
    };
  return own[0] === undefined ? { state: 'missing' } : readFound(folder, own[0], most);

  function isBatch(name: string): boolean {
    try {
      // Its beginning tells; one that is no good is a manifest all the same.
      return /<batch[\s/>]/.test(
        readSmallFile(path.join(folder, name), MOST_MANIFEST_BYTES).subarray(0, 4_096).toString('latin1'),
      );
    } catch {
      return false;
    }
  }
}

const isXml = (name: string) => name.toLowerCase().endsWith('.xml');

function readFound(folder: string, file: string, most: number): Found {
  try {
    const bytes = readSmallFile(path.join(folder, file), MOST_MANIFEST_BYTES);
    return { state: 'good', file, manifest: readManifest(bytes, file, most) };
  } catch (error) {
    const fault = unreadable(file, error);
    if (!fault) throw error;
    return { state: 'faulty', file, fault };
  }
}

/** Errors of a file that is not for us to read, is gone, or is a link by now. */
const LASTING = new Set(['EACCES', 'EPERM', 'ENOENT', 'ELOOP']);

function unreadable(file: string, error: unknown): ManifestFault | undefined {
  if (error instanceof ManifestFault) return error;
  if (error instanceof NotSmall) return new ManifestFault(`${file}: ${error.message}`);
  const { code, message } = error as NodeJS.ErrnoException;
  return LASTING.has(code ?? '') ? new ManifestFault(`${file}: it cannot be read: ${message}`) : undefined;
}
