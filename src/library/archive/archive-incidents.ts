import type { ClientBase } from 'pg';
import type { Problem } from '../../task/incident.ts';
import { readCurrent } from '../../incidents/read-incidents.ts';
import { openIncidents, resolveIncidents, type Reporter } from '../../incidents/write-incidents.ts';

/** Whose incidents a run of a hotfolder writes. */
export const reporterOf = ({ task, run }: { task: string; run?: string }): Reporter => ({
  task,
  kind: 'archive',
  ...(run === undefined ? {} : { run }),
});

/**
 * Brings the incidents of faults that are found anew by every survey in line with those found now. One that an operator
 * closed is not told again while it is there.
 *
 * @param whats the short names of such faults.
 */
export async function syncFaults(
  db: ClientBase,
  reporter: Reporter,
  whats: readonly string[],
  found: readonly Problem[],
): Promise<void> {
  const written = [...(await readCurrent(db, reporter.task)).values()].filter(({ what }) =>
    whats.includes(what),
  );
  const known = new Map(written.map((incident) => [incident.subject, incident.what]));
  await openIncidents(
    db,
    reporter,
    found.filter(({ subject, what }) => known.get(subject) !== what),
  );
  const still = new Set(found.map(({ subject }) => subject));
  const mended = written.map(({ subject }) => subject).filter((subject) => !still.has(subject));
  await resolveIncidents(db, reporter.task, mended);
}
