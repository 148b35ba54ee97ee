import type { Client } from '@temporalio/client';
import { access, constants, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { Pool } from 'pg';
import type { Config } from '../../task/config.ts';
import { missingMigrations } from '../../store/migrate.ts';
import { messageOf } from '../../task/errors.ts';
import { warningsOf } from '../../task/warnings.ts';
import { deadWorker } from '../../temporal/unavailable.ts';
import { apply } from '../../temporal/schedules/apply-schedules.ts';
import { pollers } from '../control/pollers.ts';
import { whyNoDatabase } from '../../reach/database.ts';
import { distance } from '../../command/times.ts';
import { ok, problem, warning, type Finding } from '../../module/finding.ts';

/** Each folder that a task uses is there and can be written. */
export async function checkFolders(config: Config): Promise<Finding[]> {
  const folders = config.tasks.flatMap(
    (task) => task.kind.folders?.(task.settings, config.root, config) ?? [],
  );
  return Promise.all([...new Set([config.root, ...folders])].map(checkFolder));
}

/** What is wrong with tasks that can be known before they run. */
export async function checkTasks(config: Config): Promise<Finding[]> {
  const faults = await Promise.all(
    config.tasks.map(async ({ kind, name: task, settings }) => kind.fault?.({ task, settings, config })),
  );
  return [
    ...faults.flatMap((fault) =>
      fault === undefined ? [] : [problem('task', fault, 'Correct it: each of its runs will fail.')],
    ),
    ...config.tasks.flatMap((task) =>
      warningsOf(config, task).map((text) =>
        warning('task', `${task.name}: ${text}`, 'Change it in regie.config.ts, then `regie apply`.'),
      ),
    ),
  ];
}

async function checkFolder(folder: string): Promise<Finding> {
  const what = 'folder';
  try {
    if (!(await stat(folder)).isDirectory()) {
      return problem(what, `${folder} is no folder`, 'Move the file away, or change the setting.');
    }
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return ok(what, folder);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT'
      ? warning(
          what,
          `${folder} does not exist yet`,
          'The worker makes it; if it should be there, mount it first.',
        )
      : problem(what, messageOf(error), 'Give this user the right to read and write it.');
  }
}

/** The database answers and has the newest schema. */
export async function checkDatabase(database: Pool | undefined, config: Config): Promise<Finding> {
  const what = 'database';
  if (!database) {
    const why = await whyNoDatabase(config.root);
    return process.env.DATABASE_URL
      ? problem(what, why, 'Start it, or correct DATABASE_URL.')
      : warning(what, `none: ${why}`, 'Start it with `regie up`, or set DATABASE_URL.');
  }
  const { rows: servers } = await database.query<{ version: string }>(
    "select current_setting('server_version') as version",
  );
  const found = `PostgreSQL ${servers[0]?.version ?? ''}`;
  const missing = await missingMigrations(database, config.migrations);
  return missing.length === 0
    ? ok(what, `${found}, migrated`)
    : warning(
        what,
        `${found}; not migrated yet: ${missing.join(', ')}`,
        'A worker migrates it when it starts.',
      );
}

/** Somebody takes up the work. */
export async function checkWorker(client: Client, root: string): Promise<Finding> {
  const away = await deadWorker(root);
  // The server takes a while to forget one that has died.
  const [last] = (await pollers(client)).filter(({ identity }) => identity !== `${away?.pid}@${hostname()}`);
  if (away && !last) return problem('worker', away.words, 'Wait some seconds, or see what `regie up` says.');
  if (!last)
    return problem(
      'worker',
      'none asked for work in the last 5 minutes',
      'Run `regie up` or `regie worker`.',
    );
  const found = `${last.identity} asked for work ${distance(last.at)}`;
  // A poll lasts a minute at most.
  return Date.now() - Date.parse(last.at) < 70_000
    ? ok('worker', found)
    : problem('worker', found, 'Run `regie up` or `regie worker`.');
}

/** The schedules are what the configuration says. */
export async function checkSchedules(config: Config, client: Client): Promise<Finding> {
  const what = 'schedules';
  try {
    const changes = (await apply(config, client, { dryRun: true })).filter(({ change }) => change !== 'same');
    return changes.length === 0
      ? ok(what, 'as the configuration says')
      : warning(
          what,
          changes
            .map(({ task, change, differences }) => `${task}: ${[change, ...differences].join(', ')}`)
            .join('; '),
          'Run `regie apply`.',
        );
  } catch (error) {
    return problem(what, messageOf(error), 'See `regie apply --dry-run`.');
  }
}
