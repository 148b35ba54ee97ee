import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { freePort } from '../support/ports.ts';
import { findByArgument, isRunning } from '../../src/processes/processes.ts';
import { readRunFile, type RunFile } from '../../src/processes/run-file.ts';
import { openPool } from '../../src/store/connection.ts';
import { eventually } from '../support/installation.ts';
import { keptWorkers, killKeptWorkers } from '../support/kept-workers.ts';
import { temporalProgram } from '../support/temporal-program.ts';
import { deliver } from './support/deliver.ts';
import { killAll, regie, type Program } from './support/program.ts';
import { hashesIn, hashesOf, keptIn, snapshot, verified } from './support/snapshot.ts';
import { aggregating, loading, waves, weather, type InputFile } from './support/waves.ts';

/** `regie up` killed with -9 while its worker loads: its servers live on, and the next `up` takes them over. */

const [files] = waves() as [InputFile[]];
let root: string;
let config: string;
let ports: string[];

beforeEach(async () => {
  root = mkdtempSync(path.join(tmpdir(), 'regie-adopt-'));
  config = path.join(root, 'regie.config.ts');
  const tasks = [
    { name: 'svcLoadJson', kind: 'loadJson', every: '5s', settings: loading },
    { name: 'svcAggregate', kind: 'aggregate', every: '5s', after: 'svcLoadJson', settings: aggregating },
  ];
  writeFileSync(
    config,
    `import { defineConfig } from 'regie';\nexport default defineConfig(${JSON.stringify({ weather, tasks })});\n`,
  );
  ports = ['--port', String(await freePort()), '--ui-port', String(await freePort())];
});
afterEach(async () => {
  await killAll();
  // The servers of an `up` that a failed test killed.
  const left = await readRunFile(root);
  for (const server of [left?.temporal, left?.postgres])
    if (server && isRunning(server.process)) process.kill(server.process.pid, 'SIGKILL');
  rmSync(root, { recursive: true, force: true });
});

const nowhere = { TEMPORAL_ADDRESS: undefined, TEMPORAL_NAMESPACE: undefined, DATABASE_URL: undefined };

async function up(): Promise<{ program: Program; servers: RunFile }> {
  const program = regie(['up', '--config', config, '--json', ...ports], {
    ...nowhere,
    REGIE_TEMPORAL_CLI: await temporalProgram(),
  });
  await program.says('"ready":true');
  return { program, servers: (await readRunFile(root))! };
}

/** What `regie … --json` answers; asked again where a busy machine lets its one second for the server pass. */
function answer(args: readonly string[]): Promise<unknown> {
  return eventually(async () => {
    const program = regie([...args, '--config', config, '--json'], nowhere);
    expect({ code: await program.ended, out: program.out() }).toMatchObject({ code: 0 });
    return JSON.parse(program.out());
  });
}

test.each([
  ['up and its worker', false],
  ['up alone, whose worker drains', true],
])(
  'the next one adopts the servers of a killed %s, ends the run, and finds all as it was',
  async (_, alone) => {
    const first = await up();
    await answer(['stop', 'svcAggregate', '--reason', 'before the crash']);
    const inbox = path.join(root, 'data/weather/inbox');
    deliver(inbox, files);
    const pool = openPool(first.servers.postgres!.url, { max: 1 });
    await eventually(async () => {
      const { rows } = await pool.query<{ count: number }>('select count(*)::int as count from weather.file');
      expect(rows[0]?.count).toBeGreaterThan(10);
    });
    await pool.end();
    first.program.process.kill('SIGKILL');
    if (!alone) killKeptWorkers(config);
    expect(await first.program.ended).toBe('SIGKILL');
    const { temporal, postgres } = first.servers;
    expect([isRunning(temporal!.process), isRunning(postgres!.process)]).toEqual([true, true]);

    const second = await up();
    expect(second.servers.temporal).toEqual(temporal);
    expect(second.servers.postgres).toEqual(postgres);
    await eventually(() => {
      expect(keptIn(path.dirname(inbox)).left).toEqual([]);
    }, 90_000);
    expect(hashesIn(keptIn(path.dirname(inbox)))).toEqual(hashesOf(files));
    expect(await answer(['status', 'svcAggregate'])).toMatchObject({
      state: 'stopped',
      reason: 'before the crash',
    });
    const before = await snapshot(postgres!.url);
    expect(before['aggregate']).toEqual([]);
    await answer(['start', 'svcAggregate']);
    await answer(['run', 'svcAggregate', '--wait']);
    await eventually(async () =>
      expect(await verified(postgres!.url)).toMatchObject({ equal: true, pending: 0, stations: 3 }),
    );

    second.program.process.kill('SIGINT');
    expect(await second.program.ended).toBe(0);
    expect(keptWorkers(config)).toEqual([]);
    expect([isRunning(temporal!.process), isRunning(postgres!.process)]).toEqual([false, false]);
    expect(findByArgument(path.join(root, '.regie', 'postgres'))).toEqual([]);
    expect(await readRunFile(root)).toBeUndefined();
  },
  240_000,
);
