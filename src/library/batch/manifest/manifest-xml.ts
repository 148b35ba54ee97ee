import type { XmlElement } from '@rgrove/parse-xml';
import { readValues } from '../../ingest/sidecar.ts';
import { elementsOf, readXml, type XmlText } from '../../xml/read-xml.ts';

/**
 * Reads a manifest:
 *
 *     <batch user="anna@agency" collection="photos" id="agency-4711">
 *       <status>x1xxxx</status>
 *       <file path="a.jpg" name="Plage d’été.jpg" sha256="…" collection="…">
 *         <description><Title>At the sea</Title><Keywords>sea</Keywords><Keywords>summer</Keywords></description>
 *         <status>mask</status>
 *       </file>
 *     </batch>
 *
 * Only `path` is needed. Gives what `checkManifest` checks. Throws `XmlFault`.
 */
export function readXmlManifest(bytes: Uint8Array, name: string): unknown {
  const text = readXml(bytes, name);
  const { root, fault } = text;
  if (root.name !== 'batch') throw fault(root, `the root element is <${root.name}>; expected <batch>`);
  refuseOthers(text, root, ['status', 'file']);
  return {
    ...root.attributes,
    ...statusOf(text, root),
    files: elementsOf(root, 'file').map((file) => {
      refuseOthers(text, file, ['description', 'status']);
      return { ...file.attributes, ...statusOf(text, file), fields: Object.fromEntries(readValues(file)) };
    }),
  };
}

function statusOf({ fault }: XmlText, parent: XmlElement): { status?: string } {
  const [status, second] = elementsOf(parent, 'status');
  if (second) throw fault(second, `a second <status> in <${parent.name}>; expected one`);
  return status && status.text.trim() !== '' ? { status: status.text } : {};
}

/** A name that is misspelt must not be passed over silently. */
function refuseOthers({ fault }: XmlText, parent: XmlElement, known: readonly string[]): void {
  const other = elementsOf(parent).find(({ name }) => !known.includes(name));
  if (!other) return;
  const expected = known.map((each) => `<${each}>`).join(' or ');
  throw fault(other, `<${other.name}> in <${parent.name}>; expected ${expected}`);
}
