import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import pg from 'pg';
import { freePort } from '../../support/ports.ts';
import { endProcess, isRunning } from '../../../src/processes/processes.ts';
import { readRunFile } from '../../../src/processes/run-file.ts';
import { findTemporal } from '../../../src/servers/temporal-binary.ts';
import { secretsOf, writeConfiguration } from './configuration.ts';
import { Installation, type Service } from './installation.ts';
import { installedPackage } from './package.ts';
import { startServers, type Servers } from './servers.ts';

const run = promisify(execFile);

/** The installed program with a configuration of every kind, after its one `regie up`, and the servers around it. */
export interface Running {
  /** The folder with `node_modules` and `regie.config.ts`. */
  root: string;
  user: Installation;
  /** A command with `--json` that is to end with `code`; its answer. */
  // eslint-disable-next-line -- the tests compare it
  regie(args: readonly string[], code?: number): Promise<any>;
  /** The real `temporal` command on the server of `regie up`; what it printed. */
  temporal(...args: string[]): Promise<string>;
  /** Rows of the installation's database. */
  // eslint-disable-next-line -- the tests compare it
  query(sql: string): Promise<any[]>;
  servers: Servers;
  /** Where batches are posted. */
  uploads: { url: string; key: string };
  /** What `regie up` said when it was ready. */
  // eslint-disable-next-line -- the tests compare it
  ready: any;
  up: Service;
  close(): Promise<void>;
}

export async function bringUp(): Promise<Running> {
  const root = await installedPackage();
  const servers = await startServers(root);
  try {
    return await start(root, servers);
  } catch (error) {
    await servers.close();
    throw error;
  }
}

async function start(root: string, servers: Servers): Promise<Running> {
  const uploadPort = await freePort();
  writeConfiguration(root, servers, { uploadPort });
  const cli = await findTemporal({ onProgress: (line) => console.log(line) });
  const secrets = secretsOf(servers);
  const user = new Installation(root, root, { ...secrets, REGIE_TEMPORAL_CLI: cli });
  const up = user.start(['up', '--port', String(await freePort()), '--ui-port', String(await freePort())]);
  const left = async () => {
    await user.killAll();
    // Of an `up` that was killed.
    const file = await readRunFile(root);
    for (const server of [file?.temporal, file?.postgres])
      if (server && isRunning(server.process)) await endProcess(server.process, 1_000);
    await servers.close();
  };
  const ready = await up.says('"ready":true').catch(async (error: unknown) => {
    await left();
    throw error;
  });
  const { postgres } = (await readRunFile(root))!;
  const database = new pg.Pool({ connectionString: postgres!.url, max: 1 });
  database.on('error', () => undefined);
  return {
    root,
    user,
    regie: (args, code) => user.ask(args, code),
    temporal: async (...args) => (await run(cli, [...args, '--address', ready.temporal])).stdout,
    query: async (sql) => (await database.query(sql)).rows as unknown[],
    servers,
    uploads: { url: `http://127.0.0.1:${uploadPort}`, key: secrets['UPLOAD_KEY']! },
    ready,
    up,
    async close() {
      await database.end();
      await left();
    },
  };
}
