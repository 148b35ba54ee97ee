import {
  closeAllIncidents,
  closeIncidents,
  countOpenIncidents,
  listIncidents,
  unknownIncidents,
  type Incident,
} from '../load/incidents.ts';
import { caller } from '../../command/caller.ts';
import { UsageError } from '../../command/exit.ts';
import type { Session } from '../../command/session.ts';
import { table } from '../../command/table.ts';
import { clock } from '../../command/times.ts';
import { withTables } from './tables.ts';

export interface ListFlags {
  all?: true;
  limit: number;
}

export async function showIncidents(session: Session, { all, limit }: ListFlags): Promise<void> {
  const { rows, open } = await withTables(session, false, async (db) => ({
    rows: await listIncidents(db, { open: !all, limit }),
    open: await countOpenIncidents(db),
  }));
  const { out } = session;
  out.answer(rows, () =>
    rows.length === 0 ? `No ${all ? '' : 'open '}incident.` : incidentTable(rows, all === true),
  );
  const more = all ? rows.length === limit : open > rows.length;
  if (more)
    out.remark(
      all
        ? `The latest ${limit}; more with --limit.`
        : `The latest ${rows.length} of ${open} open ones; more with --limit.`,
    );
}

/** The reason below its incident: it is a sentence, too long for a column. */
function incidentTable(rows: readonly Incident[], all: boolean): string {
  const head = ['ID', 'AT', 'STATION', 'WHAT', 'FILE', ...(all ? ['CLOSED'] : [])];
  const lines = table(
    head,
    rows.map((row) => [
      String(row.id),
      clock(row.at.toISOString()),
      row.station ?? '-',
      row.what,
      row.file ?? '-',
      ...(all ? [closed(row)] : []),
    ]),
    [0],
  ).split('\n');
  const [first, ...others] = lines;
  return [first, ...others.flatMap((line, i) => [line, `    ${rows[i]!.reason}`])].join('\n');
}

function closed({ open, closedAt, closedBy, note }: Incident): string {
  if (open) return 'open';
  const when = closedAt ? clock(closedAt.toISOString()) : '';
  return [when, closedBy && `by ${closedBy}`, note && `(${note})`].filter(Boolean).join(' ');
}

export interface CloseFlags {
  all?: true;
  note?: string;
}

export async function closeSome(
  session: Session,
  ids: readonly number[],
  { all, note }: CloseFlags,
): Promise<void> {
  if ((all === true) === ids.length > 0) {
    throw new UsageError(
      all
        ? 'Either ids or --all: --all closes every open incident.'
        : 'Which ones? Give their ids, or --all.',
    );
  }
  const who = { by: caller(), ...(note !== undefined && { note }) };
  const done = await withTables(session, false, async (db) => {
    const unknown = await unknownIncidents(db, ids);
    if (unknown.length > 0)
      throw new UsageError(
        `There is no incident ${unknown.join(', ')}: see \`regie weather incidents --all\`.`,
      );
    const closedNow = all ? await closeAllIncidents(db, who) : await closeIncidents(db, ids, who);
    const before = ids.filter((id) => !closedNow.includes(id));
    return { closed: closedNow, closedBefore: before, open: await countOpenIncidents(db) };
  });
  session.out.answer(done, () => {
    const n = done.closed.length;
    const before = done.closedBefore.length > 0 ? ` Closed before: ${done.closedBefore.join(', ')}.` : '';
    return `${n} ${n === 1 ? 'incident' : 'incidents'} closed, ${done.open} open.${before}`;
  });
}
