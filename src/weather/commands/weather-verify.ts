import { verify, type Difference, type Verification } from '../aggregate/verify-aggregates.ts';
import { findGrown, type GrownFile } from '../load/watch-loaded.ts';
import { exit } from '../../command/exit.ts';
import type { Session } from '../../command/session.ts';
import { withTables } from './with-tables.ts';

export async function showVerification(
  session: Session,
  station: string | undefined,
  tmp: boolean,
): Promise<void> {
  const { out } = session;
  const found = await withTables(session, tmp, (db) =>
    verify(db, {
      ...(station !== undefined && { station }),
      onStation: (code, i, count) => {
        if (out.tty && !out.json) out.remark(`${code} (${i + 1} of ${count}) …`);
      },
    }),
  );
  const { root } = await session.config();
  // Files are nobody's of a rehearsal, and of no one station.
  const grown =
    tmp || station !== undefined ? [] : await withTables(session, false, (db) => findGrown(db, root));
  if (!found.equal || grown.length > 0) session.exitCode = exit.failed;
  out.answer({ ...found, grown }, () => [tell(found), ...grown.map(tellGrown)].join('\n'));
}

function tell({ equal, stations, buckets, wrong, pending, differences }: Verification): string {
  const scope = `${buckets} aggregates of ${stations} ${stations === 1 ? 'station' : 'stations'}`;
  const waiting =
    pending > 0
      ? ` ${pending} differ because their hours wait for the next aggregation; that is no fault.`
      : '';
  if (equal) return `${scope} recomputed: equal.${waiting}`;
  const more =
    wrong + pending > differences.length ? [`… and ${wrong + pending - differences.length} more`] : [];
  return [`${scope} recomputed: ${wrong} are wrong.${waiting}`, ...differences.map(describe), ...more].join(
    '\n',
  );
}

function tellGrown({ file, text }: GrownFile): string {
  return `${file} ${text}: somebody wrote to it after it was loaded; put it into the inbox again`;
}

function describe({ station, level, start, what, columns, pending }: Difference): string {
  const bucket = `${station} ${level} ${start ?? '(all time)'}: ${what}${pending ? ' (waiting)' : ''}`;
  const values = (columns ?? []).map(
    (c) => `${c.column} is ${show(c.stored)}, should be ${show(c.recomputed)}`,
  );
  return [bucket, ...values].join('\n    ');
}

const show = (value: unknown) => (value === null || value === undefined ? 'empty' : String(value));
