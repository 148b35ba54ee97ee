import {
  exclude,
  lift,
  listExclusions,
  NotInForce,
  type ExclusionRow,
  type Touched,
} from '../quality/exclusions.ts';
import { caller } from '../../command/caller.ts';
import { CliError, exit } from '../../command/exit.ts';
import type { Session } from '../../command/session.ts';
import { table } from '../../command/table.ts';
import { clock } from '../../command/times.ts';
import { withTables } from './with-tables.ts';

export interface ExcludeFlags {
  from: string;
  to?: string;
  reason?: string;
}

export async function excludeMeasures(
  session: Session,
  station: string,
  measures: readonly string[],
  { from, to, reason }: ExcludeFlags,
): Promise<void> {
  const done = await withTables(session, false, (db) =>
    exclude(db, {
      station,
      measures: measures.flatMap((names) => names.split(',')),
      from,
      ...(to !== undefined && { to }),
      ...(reason !== undefined && { reason }),
      by: caller(),
    }),
  );
  session.out.answer(done, () =>
    [
      ...done.exclusions.map((e) => `Exclusion ${e.id}: ${spanOf(e)} does not count any more.`),
      touched(done, 'left out'),
      ...others(done, 'already'),
      `To end it: regie weather lift ${done.exclusions.map(({ id }) => id).join(' ')}`,
    ].join('\n'),
  );
}

export async function liftExclusions(session: Session, ids: readonly number[]): Promise<void> {
  const done = await withTables(session, false, (db) => lift(db, ids, caller())).catch((error: unknown) => {
    throw error instanceof NotInForce ? new CliError(exit.refused, error.message) : error;
  });
  session.out.answer(done, () =>
    [
      ...done.exclusions.map(
        (e) => `Exclusion ${e.id} is lifted: ${spanOf(e)} is judged by its limits again.`,
      ),
      touched(done, 'brought back'),
      ...others(done, 'still'),
    ].join('\n'),
  );
}

export async function showExclusions(
  session: Session,
  station: string | undefined,
  all: boolean,
): Promise<void> {
  const rows = await withTables(session, false, (db) =>
    listExclusions(db, { ...(station !== undefined && { station }), all }),
  );
  session.out.answer(rows, () =>
    rows.length === 0
      ? `No exclusion${all ? '' : ' in force'}.`
      : table(
          ['ID', 'STATION', 'MEASURE', 'AFTER', 'UNTIL', 'BY', 'SINCE', 'LIFTED', 'REASON'],
          rows.map((row) => [
            String(row.id),
            row.station,
            row.measure,
            row.from.replace('T', ' '),
            row.to?.replace('T', ' ') ?? 'lifted',
            row.by,
            clock(row.at),
            row.liftedAt === null ? '-' : `${clock(row.liftedAt)} by ${row.liftedBy ?? '?'}`,
            row.reason ?? '-',
          ]),
          [0],
        ),
  );
}

const spanOf = ({ station, measure, from, to }: ExclusionRow) =>
  `${measure} of ${station}, (${from}, ${to ?? 'until lifted'}]`;

function touched({ observations, values, aggregates, hours }: Touched, what: string): string {
  const later = hours === 0 ? '' : `; ${some(hours, 'hour')} for the next aggregation to recompute`;
  const sent = `${some(aggregates, 'aggregate')} that the station sent`;
  if (observations > 0) {
    const also = aggregates === 0 ? '' : `, and values of ${sent}`;
    return `Of ${some(observations, 'observation')} ${some(values, 'value')} ${values === 1 ? 'was' : 'were'} ${what}${also}${later}.`;
  }
  return aggregates === 0
    ? `No value of the database was ${what}.`
    : `Values of ${sent} were ${what}${later}.`;
}

/** Else nobody would see why nothing moves. */
function others({ others: ids }: Touched, when: string): string[] {
  if (ids.length === 0) return [];
  const [which, leave] = ids.length === 1 ? ['Exclusion', 'leaves'] : ['Exclusions', 'leave'];
  return [`${which} ${ids.join(', ')} ${when} ${leave} out some of it.`];
}

const some = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`;
