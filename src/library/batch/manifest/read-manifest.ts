import { XmlFault } from '../../xml/read-xml.ts';
import { readJsonManifest } from './manifest-json.ts';
import { checkManifest, ManifestFault, type Manifest } from './manifest.ts';
import { readXmlManifest } from './manifest-xml.ts';

/**
 * Reads a manifest, XML or JSON by how it begins; `name` is how errors call it. Throws `ManifestFault` when it makes no
 * sense, or names more than `most` files.
 */
export function readManifest(bytes: Uint8Array, name: string, most: number): Manifest {
  return checkManifest(
    looksLikeJson(bytes) ? readJsonManifest(bytes, name) : readXml(bytes, name),
    name,
    most,
  );
}

function readXml(bytes: Uint8Array, name: string): unknown {
  try {
    return readXmlManifest(bytes, name);
  } catch (error) {
    throw error instanceof XmlFault ? new ManifestFault(error.message) : error;
  }
}

/** Does a manifest begin as JSON does? */
export function looksLikeJson(bytes: Uint8Array): boolean {
  const start = Buffer.from(bytes.subarray(0, 1_000)).toString('utf8');
  return /^\uFEFF?\s*[{[]/.test(start);
}
