import { PermanentError } from '../../task/errors.ts';
import { isTag, type Tags } from '../metadata/tags.ts';
import type { Databox, Field } from '../model/databox.ts';
import { splitValues } from '../values/split.ts';
import type { Description, FieldValues } from './arrival.ts';

export interface Valued {
  values: FieldValues[];
  /** Names in the description that are no field, or a read-only one. */
  unknown: string[];
  /** Required fields without a value. */
  missing: Field[];
}

/** Facts of the file that are Regie's to say: ExifTool may have read it under another name. */
const FILE_NAME = /^(?:(?:file|system):)*filename$/i;

/**
 * The values of a new record: of each field's sources the first that has a value, and over them what the description
 * says. `tags` is undefined when nothing embedded is to be read.
 */
export function valuesOf(
  fields: readonly Field[],
  name: string,
  tags: Tags | undefined,
  description: Description | undefined,
): Valued {
  const found = new Map<Field, string[]>();
  for (const field of fields) {
    for (const source of field.sources) {
      const values = splitValues(field, FILE_NAME.test(source) ? [name] : readTag(field, source, tags));
      if (values.length === 0) continue;
      found.set(field, values);
      break;
    }
  }
  const unknown: string[] = [];
  const named = new Map(fields.map((field) => [plain(field.name), field]));
  for (const [key, texts] of description?.values ?? []) {
    const field = named.get(plain(key));
    if (!field || field.readOnly) {
      unknown.push(key);
      continue;
    }
    const values = splitValues(field, texts);
    if (values.length > 0) found.set(field, values);
  }
  return {
    values: [...found].map(([field, values]) => ({ field, values })),
    unknown,
    missing: fields.filter((field) => field.required && !found.has(field)),
  };
}

/** The tags that fields need. Throws PermanentError `BadSource` when ExifTool cannot be asked for one. */
export function wantedTags({ name: databox, fields }: Pick<Databox, 'name' | 'fields'>): string[] {
  const wanted = new Set<string>();
  for (const { name, sources } of fields) {
    for (const source of sources) {
      if (FILE_NAME.test(source)) continue;
      if (!isTag(source))
        throw new PermanentError(
          'BadSource',
          `the field ${name} of databox ${databox} has the source ${JSON.stringify(source)}; expected a tag as ExifTool names it, such as IPTC:Headline`,
        );
      wanted.add(source);
    }
  }
  return [...wanted];
}

function readTag({ type }: Field, source: string, tags: Tags | undefined): readonly string[] {
  const value = tags?.find(source);
  return (type === 'number' ? value?.raw : value?.texts) ?? [];
}

/** Elements of XML cannot have spaces in their names; fields can. */
const plain = (name: string) => name.toLowerCase().replaceAll(' ', '_');
