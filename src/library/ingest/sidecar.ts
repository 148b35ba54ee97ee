import type { XmlElement } from '@rgrove/parse-xml';
import { elementsOf, readXml } from '../xml/read-xml.ts';
import { FIRST_USER_BIT, parseMask, type Mask } from '../status/mask.ts';
import type { Description } from './arrival.ts';

/**
 * Reads a sidecar: `<record><description><Field>value</Field>…</description><status>mask</status></record>`; `name` is
 * how errors call it. A tag that is repeated gives several values. Throws `XmlFault`.
 */
export function readSidecar(bytes: Uint8Array, name: string): Description {
  const { root, fault } = readXml(bytes, name);
  if (root.name !== 'record') throw fault(root, `the root element is <${root.name}>; expected <record>`);
  const values = readValues(root);
  const element = elementsOf(root, 'status')[0];
  if (!element || element.text.trim() === '') return { values };
  try {
    return { values, status: usersPart(parseMask(element.text.trim())) };
  } catch (error) {
    throw fault(element, (error as Error).message);
  }
}

/** The fields that the `<description>` elements of an element name, with their values. */
export function readValues(parent: XmlElement): Map<string, string[]> {
  const values = new Map<string, string[]>();
  for (const description of elementsOf(parent, 'description')) {
    for (const field of elementsOf(description)) {
      values.set(field.name, [...(values.get(field.name) ?? []), field.text]);
    }
  }
  return values;
}

/** The system's bits are not for whoever sends files to set. */
export function usersPart({ care, ones }: Mask): Mask {
  const users = ~((1n << BigInt(FIRST_USER_BIT)) - 1n);
  return { care: care & users, ones: ones & users };
}
