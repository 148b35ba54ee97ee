import type { Pool } from 'pg';
import type { LoadedConfig } from '../../config/config-schema.ts';
import { readRunFile, type RunFile } from '../../processes/run-file.ts';
import { isRunning } from '../../processes/processes.ts';
import { messageOf } from '../../task/errors.ts';
import { inTime } from '../../task/in-time.ts';
import { findAddress } from '../../temporal/address.ts';
import type { CliSession } from '../frame/cli-session.ts';
import { ok, problem, warning, type Finding } from '../../module/finding.ts';
import {
  checkDatabase,
  checkFolders,
  checkSchedules,
  checkTasks,
  checkWorker,
} from './check-installation.ts';
import { checkNode, checkPorts, checkPostgresProgram, checkTemporalProgram } from './machine.ts';

/**
 * Looks at everything that Regie needs here: what is configured from outside is not looked for on this machine,
 * and what cannot be known (the schedules of a server that does not answer) is left out.
 */
export async function examine(session: CliSession): Promise<Finding[]> {
  const findings: Finding[] = [checkNode()];
  const config = await session.config().catch((error: unknown) => {
    findings.push(
      problem('configuration', messageOf(error), 'Correct it: until then nothing else can be checked.'),
    );
    return undefined;
  });
  if (!config) return findings;
  findings.push(ok('configuration', `${config.file}: ${config.tasks.length} tasks`));
  findings.push(...(await checkFolders(config)), ...(await checkTasks(config)));

  const running = await runningServers(config.root);
  const { source, address } = await findAddress(config.root);
  if (source !== 'environment') findings.push(await checkTemporalProgram(), ...(await checkPorts(running)));
  if (!process.env.DATABASE_URL) findings.push(await checkPostgresProgram());
  findings.push(await checkDatabase(await session.database(), config));
  findings.push(...(await checkModules(config, await session.database())));

  const open = await session.openClient().catch((error: unknown) => {
    const rest = ['Temporal server', messageOf(error)] as const;
    findings.push(
      source === 'environment'
        ? problem(...rest, 'Check TEMPORAL_ADDRESS, or the profile of temporal.toml.')
        : warning(...rest, 'Start it with `regie up`.'),
    );
    return undefined;
  });
  if (!open) return findings;
  const { client, stranger } = open;
  if (stranger) {
    findings.push(problem('Temporal server', stranger.words, `${stranger.advice}.`));
    return findings;
  }
  findings.push(ok('Temporal server', `${address}, namespace ${client.options.namespace}`));
  findings.push(await checkWorker(client, config.root), await checkSchedules(config, client));
  return findings;
}

async function runningServers(root: string): Promise<RunFile | undefined> {
  const file = await readRunFile(root).catch(() => undefined);
  return file && isRunning(file.owner) ? file : undefined;
}

/** How long a check of a module may take, ms. */
const CHECK_WITHIN = 10_000;

/** What the modules need, each looked at by itself. */
async function checkModules(config: LoadedConfig, database: Pool | undefined): Promise<Finding[]> {
  const found = config.modules.flatMap(({ name, checks = [] }) =>
    checks.map(async (check) => {
      try {
        return await inTime(
          CHECK_WITHIN,
          check({ config, database }),
          `no answer within ${CHECK_WITHIN / 1_000} s`,
        );
      } catch (error) {
        return [problem(name, `could not be checked: ${messageOf(error)}`, 'Correct what it says.')];
      }
    }),
  );
  return (await Promise.all(found)).flat();
}
