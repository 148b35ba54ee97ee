import pg from 'pg';

/** SQLSTATE classes of data that PostgreSQL will never take: bad values, constraints, program limits. */
const LASTING = /^(?:22|23|54)/;

/** Does the database refuse what was written, and will refuse it the next time? */
export function isRefusedData(error: unknown): error is pg.DatabaseError {
  return error instanceof pg.DatabaseError && LASTING.test(error.code ?? '');
}

/** How a group of things is written. */
export interface GroupWriter<T, O = void> {
  /** Writes them in one transaction. */
  write(group: readonly T[]): Promise<O>;
  /** After the commit. */
  written?(outcome: O, group: readonly T[]): Promise<void>;
  /** The pieces of a group that can be written by themselves, one that cannot be cut further as it is; its members when left out. */
  split?(group: readonly T[]): readonly T[];
  /** Writes of one piece that the database refuses it, and why: a sentence. */
  refuse(piece: T, reason: string, error: pg.DatabaseError): Promise<void>;
}

/**
 * Writes a group in one transaction; when the database refuses something in it each piece by itself, so that what is
 * refused holds up nothing else. Throws what is no refusal, and what `refuse` throws: then something else is wrong.
 */
export async function writeGroup<T, O>(writer: GroupWriter<T, O>, group: readonly T[]): Promise<void> {
  let outcome: O;
  try {
    outcome = await writer.write(group);
  } catch (error) {
    if (!isRefusedData(error)) throw error;
    const pieces = writer.split?.(group) ?? group;
    if (pieces.length === 1) await writer.refuse(pieces[0]!, reasonOf(error), error);
    else for (const piece of pieces) await writeGroup(writer, [piece]);
    return;
  }
  await writer.written?.(outcome, group);
}

/** What the database says of data that it refuses, as a sentence. */
export function reasonOf({ message, detail }: pg.DatabaseError): string {
  return `PostgreSQL refused its rows: ${message}${detail ? ` (${detail})` : ''}`;
}
