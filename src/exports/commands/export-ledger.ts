import { readPeriods, type PeriodRow } from '../ledger/periods.ts';
import { addDays, addMonths, isMonth, monthsFrom } from '../../time/dates.ts';
import { UsageError } from '../../command/exit.ts';
import type { Output } from '../../command/output.ts';
import type { Session } from '../../command/session.ts';
import { table } from '../../command/table.ts';
import { clock } from '../../command/times.ts';
import { withDatabase } from '../../command/with-database.ts';
import { findExport } from './exports.ts';
import { marks, painted } from './states.ts';

interface Flags {
  month?: string;
  months: number;
}

/** `regie export ledger`: business days as a calendar, months and operations as a list; below it what waits for somebody, and why. */
export async function showLedger(session: Session, name: string, { month, months }: Flags): Promise<void> {
  const given: unknown = month;
  if (given !== undefined && !isMonth(given))
    throw new UsageError(`--month ${String(given)} is no month; expected one such as 2026-10.`);
  const task = await findExport(session, name);
  const last = given ?? new Date().toISOString().slice(0, 7);
  const first = addMonths(last, 1 - months);
  const periods = await withDatabase(session, (db) =>
    readPeriods(db, task.name, 'business_day >= $2 and business_day < $3', [
      `${first}-01`,
      // Of months and operations all that were due in them.
      `${addMonths(last, 1)}-01`,
    ]),
  );
  const { out } = session;
  out.answer(periods, () => {
    if (periods.length === 0)
      return `${task.name} has nothing in its ledger ${first === last ? `in ${last}` : `from ${first} to ${last}`}.`;
    const days = periods.filter(({ type }) => type === 'day');
    const others = periods.filter(({ type }) => type !== 'day');
    const calendars = days.length > 0 ? monthsFrom(first, last).map((each) => calendar(each, days, out)) : [];
    const open = periods.filter(
      ({ state, reason }) => state !== 'delivered' && (state !== 'due' || reason !== null),
    );
    return [
      ...calendars,
      ...(days.length > 0 ? [legend(days, out)] : []),
      ...(others.length > 0 ? [list(others, out)] : []),
      ...(days.length > 0 && open.length > 0
        ? [
            list(
              open.filter(({ type }) => type === 'day'),
              out,
            ),
          ]
        : []),
    ].join('\n\n');
  });
}

/** A month with a week a line, Monday first; beside each business day the mark of its state. */
function calendar(month: string, days: readonly PeriodRow[], { colors }: Output): string {
  const by = new Map(days.map((row) => [row.businessDay, row]));
  const lines = [colors.bold(month), colors.dim(' Mo   Tu   We   Th   Fr   Sa   Su')];
  const firstDay = `${month}-01`;
  // getUTCDay is 0 on Sunday.
  const offset = (new Date(`${firstDay}T00:00:00Z`).getUTCDay() + 6) % 7;
  let line = '     '.repeat(offset);
  for (let day = firstDay; day.startsWith(month); day = addDays(day, 1)) {
    const row = by.get(day);
    const number = String(Number(day.slice(8))).padStart(3);
    line += row
      ? `${painted(row.state, colors, `${number}${marks[row.state]}`)} `
      : `${colors.dim(number)}  `;
    if (new Date(`${day}T00:00:00Z`).getUTCDay() === 0) {
      lines.push(line.trimEnd());
      line = '';
    }
  }
  if (line !== '') lines.push(line.trimEnd());
  return lines.join('\n');
}

function legend(days: readonly PeriodRow[], { colors }: Output): string {
  const states = [...new Set(days.map(({ state }) => state))];
  return states.map((state) => `${painted(state, colors, marks[state])} ${state}`).join('   ');
}

function list(rows: readonly PeriodRow[], { colors }: Output): string {
  return table(
    ['WHICH', 'STATE', 'SINCE', 'EDITION', 'WHY'],
    rows.map(({ key, state, changedAt, edition, reason }) => [
      key,
      painted(state, colors),
      clock(changedAt),
      String(edition),
      reason ?? '-',
    ]),
  );
}
