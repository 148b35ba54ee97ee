import type { z } from 'zod';
import {
  chooseDatabox,
  createCollection,
  createDatabox,
  createField,
  createStatusBit,
} from '../model/create-databox.ts';
import { databoxSchema, fieldSchema, libraryName, statusMask } from '../library-settings.ts';
import { bitMask, FIRST_USER_BIT, STATUS_BITS } from '../status/mask.ts';
import { UsageError } from '../../command/exit.ts';
import type { Session } from '../../command/session.ts';
import { withLibrary } from './library.ts';

/** What all but databoxes are created in. */
interface In {
  databox?: string;
}

export async function makeDatabox(
  session: Session,
  name: string,
  { timezone = 'UTC' }: { timezone?: string },
): Promise<void> {
  const made = {
    databox: checked(libraryName, name, 'name'),
    timezone: checked(databoxSchema.shape.timezone, timezone, '--timezone'),
  };
  await withLibrary(session, (db) => createDatabox(db, made.databox, made.timezone));
  session.out.answer(
    made,
    () => `Databox ${made.databox} is there. Next: regie library create collection <name>.`,
  );
}

export async function makeCollection(
  session: Session,
  name: string,
  { databox, status }: In & { status?: string },
): Promise<void> {
  const collection = checked(libraryName, name, 'name');
  const mask = status === undefined ? undefined : checked(statusMask, status, '--status');
  const box = await withLibrary(session, async (db) => {
    const chosen = await chooseDatabox(db, databox);
    await createCollection(db, chosen, collection, mask);
    return chosen.name;
  });
  session.out.answer({ databox: box, collection }, () => `Collection ${collection} is in databox ${box}.`);
}

export interface FieldFlags extends In {
  source: string[];
  type?: string;
  multi?: true;
  separators?: string;
  readOnly?: true;
  required?: true;
}

export async function makeField(
  session: Session,
  name: string,
  { databox, ...flags }: FieldFlags,
): Promise<void> {
  const field = checked(fieldSchema, { name, ...flags }, 'field');
  const box = await withLibrary(session, async (db) => {
    const chosen = await chooseDatabox(db, databox);
    await createField(db, chosen, field);
    return chosen.name;
  });
  const from = field.source.length > 0 ? `, filled from ${field.source.join(', else ')}` : '';
  session.out.answer({ databox: box, ...field }, () => `Field ${field.name} is in databox ${box}${from}.`);
}

export async function makeStatusBit(
  session: Session,
  text: string,
  label: string,
  { databox, on, off }: In & { on?: string; off?: string },
): Promise<void> {
  const bit = Number(text);
  if (!/^\d+$/.test(text) || bit < FIRST_USER_BIT || bit >= STATUS_BITS)
    throw new UsageError(
      `Status bit ${text}: expected ${FIRST_USER_BIT} to ${STATUS_BITS - 1}; 0 to ${FIRST_USER_BIT - 1} belong to the system.`,
    );
  const made = { bit, label, ...(on !== undefined && { on }), ...(off !== undefined && { off }) };
  const box = await withLibrary(session, async (db) => {
    const chosen = await chooseDatabox(db, databox);
    await createStatusBit(db, chosen, made);
    return chosen.name;
  });
  session.out.answer(
    { databox: box, ...made },
    () => `Bit ${bit} of databox ${box} means ${label}; as a mask ${maskOf(bit)}.`,
  );
}

/** A mask that asks for the bit, for those who do not write masks every day. */
function maskOf(bit: number): string {
  return `1${'x'.repeat(bitMask(bit, true).care.toString(2).length - 1)}`;
}

/** What is typed on a command line, checked as the configuration's is. */
function checked<S extends z.ZodType>(schema: S, value: unknown, what: string): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [first] = parsed.error.issues;
  const at = first?.path.length ? first.path.join('.') : what;
  throw new UsageError(`${at} ${JSON.stringify(value)}: ${first?.message ?? 'cannot be used'}.`);
}
