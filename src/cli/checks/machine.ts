import { createRequire } from 'node:module';
import { findPortHolder } from '../../processes/port-holder.ts';
import { tryPort } from '../../servers/ports.ts';
import { serverAccount, SHELTER } from '../../servers/postgres-account.ts';
import { findPostgres } from '../../servers/postgres-binaries.ts';
import type { RunFile } from '../../processes/run-file.ts';
import { runCommand } from '../../processes/run-program.ts';
import { findTemporal } from '../../servers/temporal-binary.ts';
import { messageOf } from '../../task/errors.ts';
import { ok, problem, warning, type Finding } from '../../module/finding.ts';

/** Node is as new as package.json asks. */
export function checkNode(): Finding {
  const { engines } = createRequire(import.meta.url)('../../../package.json') as {
    engines: { node: string };
  };
  const [major = 0, minor = 0] = (/(\d+)\.(\d+)/.exec(engines.node) ?? []).slice(1).map(Number);
  const [ownMajor = 0, ownMinor = 0] = process.versions.node.split('.').map(Number);
  const enough = ownMajor > major || (ownMajor === major && ownMinor >= minor);
  return enough
    ? ok('Node', process.version)
    : problem('Node', `${process.version}; ${engines.node} is needed`, 'Install a newer Node, 22 or 24 say.');
}

/** A `temporal` that can serve, or the means to make one. */
export async function checkTemporalProgram(): Promise<Finding> {
  const what = 'temporal program';
  try {
    return ok(what, await findTemporal({ install: false }));
  } catch (error) {
    const go = await runCommand('go', ['version'], { timeout: 5_000 }).catch(() => undefined);
    const maker = go?.code === 0 ? `builds one with ${go.output.trim()}, in some minutes` : 'downloads one';
    return warning(
      what,
      messageOf(error).split('\n').slice(1, -1).join('; ').trim(),
      `\`regie up\` ${maker}.`,
    );
  }
}

/** The PostgreSQL that npm installed runs here. */
export async function checkPostgresProgram(): Promise<Finding> {
  const what = 'PostgreSQL program';
  try {
    const { version, initdb } = await findPostgres(await serverAccount(), SHELTER, { copy: false });
    return ok(what, `${version} (${initdb})`);
  } catch (error) {
    return problem(
      what,
      messageOf(error),
      'Run `npm ci` again, or set DATABASE_URL to a PostgreSQL of your own.',
    );
  }
}

/** The ports that `regie up` takes are free, or its own. */
export async function checkPorts(running: RunFile | undefined): Promise<Finding[]> {
  const wanted = [
    { port: running?.temporal?.port ?? 7233, what: 'port of Temporal' },
    { port: running?.temporal?.uiPort ?? 8233, what: 'port of the Web UI' },
  ];
  return Promise.all(
    wanted.map(async ({ port, what }) => {
      if (running?.temporal) return ok(what, `${port}, in use by this installation's \`regie up\``);
      if ((await tryPort(port)) !== undefined) return ok(what, `${port} is free`);
      const holder = await findPortHolder(port);
      return problem(
        what,
        `${port} is in use by ${holder ? `${holder.name} (pid ${holder.pid})` : 'a process that you may not see'}`,
        'Stop it, or start with `regie up --port <other>`.',
      );
    }),
  );
}
