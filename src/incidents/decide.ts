import type { PoolClient } from 'pg';
import { CommandRejected } from '../task/command-rejected.ts';
import type { Config, Task } from '../task/config.ts';
import type { Incident, IncidentDecision } from '../task/incident.ts';
import type { TaskContext } from '../task/kind.ts';
import { closeIncident, retryNow } from './decide-incident.ts';

/** Is it kept by its kind, in tables of its own? Those of the one list have numbers. */
const isOwn = ({ id }: Incident) => !/^\d+$/.test(id);

const contextOf = (db: PoolClient, config: Config, task: Task): TaskContext<unknown> => ({
  task: task.name,
  settings: task.settings,
  config,
  db,
});

/**
 * Has an incident tried again, as its kind does it: its file is put back, its pause ended, a decision carried out. May be
 * repeated after a crash at any line.
 *
 * @throws {CommandRejected} in the operator's words, when it cannot be: it is resolved, its task is gone, or an operator has to
 * say more.
 */
export async function retryIncident(
  db: PoolClient,
  config: Config,
  incident: Incident,
  by: string,
): Promise<IncidentDecision> {
  const { id } = incident;
  refuseResolved(incident);
  const task = config.tasks.find(({ name }) => name === incident.task);
  if (!task)
    throw new CommandRejected(
      `incident ${id}: no task ${incident.task} is configured any more, so nobody would try it again; close it`,
    );
  const ctx = contextOf(db, config, task);
  const { incidents } = task.kind;
  if (isOwn(incident)) return incidents!.own!.retry(ctx, incident, by);
  const { resolved = false, moved = false } = (await incidents?.retry?.(ctx, incident, by)) ?? {};
  if (!resolved) await retryNow(db, id, { moved });
  return { text: `incident ${id}: ${incident.subject} is tried again by the next run of ${task.name}` };
}

/**
 * An operator closes an incident; a file that is kept stays where it is.
 *
 * @throws {CommandRejected} when it is resolved, or an operator has to say more.
 */
export async function carryOutClose(
  db: PoolClient,
  config: Config,
  incident: Incident,
  by: string,
  note?: string,
): Promise<IncidentDecision> {
  refuseResolved(incident);
  const { id } = incident;
  if (isOwn(incident)) {
    const task = config.tasks.find(({ name }) => name === incident.task)!;
    return task.kind.incidents!.own!.close(contextOf(db, config, task), incident, by, note);
  }
  if (!(await closeIncident(db, id, { by, note })))
    throw new CommandRejected(`incident ${id} was resolved meanwhile`);
  return { text: `incident ${id} is closed` };
}

function refuseResolved({ id, subject, state, closedBy }: Incident): void {
  if (state !== 'resolved') return;
  throw new CommandRejected(
    `incident ${id} (${subject}) is resolved already${closedBy === undefined ? '' : `, by ${closedBy}`}`,
  );
}

/** What the kinds of the installation keep in tables of their own and waits for a decision, the latest first. */
export async function readOwnIncidents(
  db: PoolClient,
  config: Config,
  { task, kind }: { task?: string | undefined; kind?: string | undefined } = {},
): Promise<Incident[]> {
  const found: Incident[] = [];
  for (const each of config.tasks) {
    if (task !== undefined && each.name !== task) continue;
    if (kind !== undefined && each.kind.name.toLowerCase() !== kind.toLowerCase()) continue;
    found.push(...((await each.kind.incidents?.own?.list(contextOf(db, config, each))) ?? []));
  }
  return found.sort((a, b) => (a.lastAt < b.lastAt ? 1 : -1));
}
