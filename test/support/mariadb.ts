import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Account } from '../../src/processes/run-program.ts';
import { freePort } from './ports.ts';
import { give, serverAccount } from '../transfer/support/account.ts';
import { Daemon } from '../transfer/support/daemon.ts';
import { unpackDebian, type Missing, type Unpacked } from '../transfer/support/debian-packages.ts';
import { makeHome } from '../transfer/support/home.ts';

export interface TestMariadb {
  port: number;
  user: string;
  password: string;
  /** A new database of that name, where none is. */
  database: string;
  /** Ends it at once, as a crash would. */
  kill9(): Promise<void>;
  stop(): Promise<void>;
}

/** MariaDB of the distribution, or why it is not to be had here. */
export const findMariadb = (): Promise<Unpacked | Missing> =>
  unpackDebian('mariadb', ['mariadb-server-core']);

/** Starts a MariaDB in a temporary folder, on loopback, as an ordinary user. */
export async function startMariadb(packages: Unpacked): Promise<TestMariadb> {
  const home = makeHome('mariadb');
  const account = serverAccount();
  const data = path.join(home, 'data');
  mkdirSync(path.join(data, 'mysql'), { recursive: true });
  give(account, home);
  const program = packages.program('mariadbd');
  const share = path.join(path.dirname(program), '../share/mysql');
  const options = [
    '--no-defaults',
    `--datadir=${data}`,
    `--lc-messages-dir=${share}`,
    `--character-sets-dir=${share}/charsets`,
    // Tests kill processes, not the machine.
    '--innodb-flush-log-at-trx-commit=0',
    '--innodb-log-file-size=8M',
  ];
  const login = { user: 'regie', password: randomBytes(9).toString('base64url'), database: 'calls' };
  const grants = `create database ${login.database};
create user ${login.user}@'127.0.0.1' identified by '${login.password}';
grant all on *.* to ${login.user}@'127.0.0.1';`;
  const tables = ['mysql_system_tables.sql', 'mysql_system_tables_data.sql'].map((file) =>
    readFileSync(path.join(share, file), 'utf8'),
  );
  const sql = ['use mysql;', ...tables, 'flush privileges;', grants].join('\n');
  await bootstrap(program, [...options, '--bootstrap'], sql, packages.env, account);
  const port = await freePort();
  const daemon = new Daemon({
    program,
    args: [
      ...options,
      '--bind-address=127.0.0.1',
      `--port=${port}`,
      `--socket=${path.join(home, 'socket')}`,
      '--skip-name-resolve',
    ],
    env: packages.env,
    account,
    port,
  });
  await daemon.start();
  return {
    port,
    ...login,
    kill9: () => daemon.kill9(),
    async stop() {
      await daemon.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** Makes the tables of the server itself: what `mariadb-install-db` does, which is in no package that servers need. */
async function bootstrap(
  program: string,
  args: string[],
  sql: string,
  env: NodeJS.ProcessEnv,
  account: Account | undefined,
): Promise<void> {
  const child = spawn(program, args, {
    stdio: ['pipe', 'ignore', 'pipe'],
    env,
    cwd: '/',
    ...(account && { uid: account.uid, gid: account.gid }),
  });
  let said = '';
  child.stderr.on('data', (text: Buffer) => (said += text.toString()));
  child.stdin.on('error', () => undefined);
  child.stdin.end(sql);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`MariaDB could not be set up:\n${said}`);
}
