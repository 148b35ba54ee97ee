import { MOST_XML_BYTES } from '../../xml/read-xml.ts';
import { ManifestFault } from './manifest.ts';

/** A manifest larger than this is refused before it is read, as XML is. */
export const MOST_MANIFEST_BYTES = MOST_XML_BYTES;

/**
 * Reads a manifest in JSON, of the same content as in XML:
 *
 *     { "user": "anna@agency", "collection": "photos", "id": "agency-4711", "status": "x1xxxx",
 *       "files": [{ "path": "a.jpg", "name": "Plage d’été.jpg", "sha256": "…", "collection": "…", "status": "mask",
 *                   "fields": { "Title": "At the sea", "Keywords": ["sea", "summer"] } }] }
 *
 * Gives what `checkManifest` checks. Throws `ManifestFault`.
 */
export function readJsonManifest(bytes: Uint8Array, name: string): unknown {
  if (bytes.length > MOST_MANIFEST_BYTES)
    throw new ManifestFault(`${name}: it has ${bytes.length} bytes; expected at most ${MOST_MANIFEST_BYTES}`);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ManifestFault(`${name}: it is not in UTF-8, the encoding of JSON`);
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new ManifestFault(`${name}: it is no JSON: ${(error as Error).message}`);
  }
}
