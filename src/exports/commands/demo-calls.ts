import { addDays, parseDay } from '../../time/dates.ts';
import { callSchema, fillCalls, ForeignSchema } from '../demo/fill-demo-calls.ts';
import { messageOf } from '../../task/errors.ts';
import { CliError, exit, UsageError } from '../../command/exit.ts';
import type { Session } from '../../command/session.ts';
import { withDatabase } from '../../command/with-database.ts';

export interface DemoCallsFlags {
  cards: number;
  days: number;
  until?: string;
  seed: number;
}

/** Fills the installation's database with calls for the example exports. */
export async function makeDemoCalls(session: Session, { until, ...size }: DemoCallsFlags): Promise<void> {
  const calls = { ...size, until: until === undefined ? yesterday() : dayOf(until) };
  const rows = await withDatabase(session, (db) => fillCalls(db, calls)).catch((error: unknown) => {
    throw error instanceof ForeignSchema ? new CliError(exit.refused, `${capital(error.message)}.`) : error;
  });
  const last = { schema: callSchema, from: addDays(calls.until, 1 - calls.days), until: calls.until, rows };
  session.out.answer(last, () => {
    const counts = Object.entries(rows).map(([table, n]) => `${table} ${n}`);
    return `Schema ${callSchema}: calls from ${last.from} to ${last.until}. Rows: ${counts.join(', ')}.`;
  });
}

/** The examples' zone, Africa/Dakar, is UTC all the year. */
function yesterday(): string {
  return addDays(new Date().toISOString().slice(0, 10), -1);
}

function dayOf(text: string): string {
  try {
    parseDay(text);
    return text;
  } catch (error) {
    throw new UsageError(`--until ${messageOf(error)}.`);
  }
}

const capital = (text: string) => text[0]!.toUpperCase() + text.slice(1);
