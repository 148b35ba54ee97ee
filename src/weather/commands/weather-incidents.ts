import type { Incident } from '../../task/incident.ts';
import { closeIncident } from '../../incidents/decide-incident.ts';
import { countIncidents, readIncidents, unresolved } from '../../incidents/read-incidents.ts';
import { loadJson } from '../load/load-json-kind.ts';
import { caller } from '../../command/caller.ts';
import { oneLine } from '../../command/escape-controls.ts';
import { UsageError } from '../../command/exit.ts';
import type { Session } from '../../command/session.ts';
import { table } from '../../command/table.ts';
import { clock } from '../../command/times.ts';
import { withDatabase } from '../../command/with-database.ts';

/** The loader's part of the one list of incidents, by file and station. */

export interface ListFlags {
  all?: true;
  limit: number;
}

/** A refused file, or a file with refused items, as this view shows it. */
interface RefusedFile {
  id: number;
  /** ISO UTC. */
  at: string;
  /** Where the file is, below the folder of `regie.config.ts`. */
  file: string;
  station: string | null;
  what: string;
  reason: string;
  open: boolean;
  closedAt: string | null;
  closedBy: string | null;
  note: string | null;
}

/** An incident of a loader as this view shows it. */
function refusedFile({
  id,
  lastAt,
  subject,
  what,
  reason,
  state,
  details = {},
  closedAt,
  closedBy,
  note,
}: Incident): RefusedFile {
  const { station = null } = details as { station?: string | null };
  const open = state !== 'resolved';
  return {
    id: Number(id),
    at: lastAt,
    file: subject,
    station,
    what,
    reason,
    open,
    closedAt: closedAt ?? null,
    closedBy: closedBy ?? null,
    note: note ?? null,
  };
}

const open = { kinds: [loadJson.name], states: unresolved };

export async function showIncidents(session: Session, { all, limit }: ListFlags): Promise<void> {
  const { rows, count } = await withDatabase(session, async (db) => ({
    rows: (await readIncidents(db, all ? { kinds: [loadJson.name] } : open, limit)).map(refusedFile),
    count: await countIncidents(db, open),
  }));
  const { out } = session;
  out.answer(rows, () =>
    rows.length === 0 ? `No ${all ? '' : 'open '}incident.` : incidentTable(rows, all === true),
  );
  const more = all ? rows.length === limit : count > rows.length;
  if (more)
    out.remark(
      all
        ? `The latest ${limit}; more with --limit.`
        : `The latest ${rows.length} of ${count} open ones; more with --limit.`,
    );
}

/** The reason below its incident: it is a sentence, too long for a column. */
function incidentTable(rows: readonly RefusedFile[], all: boolean): string {
  const head = ['ID', 'AT', 'STATION', 'WHAT', 'FILE', ...(all ? ['CLOSED'] : [])];
  const lines = table(
    head,
    rows.map((row) => [
      String(row.id),
      clock(row.at),
      oneLine(row.station ?? '-'),
      row.what,
      oneLine(row.file),
      ...(all ? [oneLine(closed(row))] : []),
    ]),
    [0],
  ).split('\n');
  const [first, ...others] = lines;
  return [first, ...others.flatMap((line, i) => [line, `    ${oneLine(rows[i]!.reason)}`])].join('\n');
}

function closed({ open: isOpen, closedAt, closedBy, note }: RefusedFile): string {
  if (isOpen) return 'open';
  const when = closedAt ? clock(closedAt) : '';
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
  const done = await withDatabase(session, async (db) => {
    const wanted = all ? open : { kinds: [loadJson.name], ids: ids.map(String) };
    const found = await readIncidents(db, wanted, 1_000_000);
    const unknown = ids.filter((id) => !found.some((each) => each.id === String(id)));
    if (unknown.length > 0)
      throw new UsageError(
        `There is no incident ${unknown.join(', ')}: see \`regie weather incidents --all\`.`,
      );
    const closedNow: number[] = [];
    const closedBefore: number[] = [];
    for (const { id } of found.toReversed())
      ((await closeIncident(db, id, { by: caller(), note })) ? closedNow : closedBefore).push(Number(id));
    return { closed: closedNow, closedBefore, open: await countIncidents(db, open) };
  });
  session.out.answer(done, () => {
    const n = done.closed.length;
    const before = done.closedBefore.length > 0 ? ` Closed before: ${done.closedBefore.join(', ')}.` : '';
    return `${n} ${n === 1 ? 'incident' : 'incidents'} closed, ${done.open} open.${before}`;
  });
}
