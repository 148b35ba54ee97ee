import { Client, Connection } from '@temporalio/client';
import { copyFile, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { findStranger } from '../../src/reach/open-client.ts';
import { checkConfig } from '../../src/config/load-config.ts';
import type { ConfigInput } from '../../src/config/config-schema.ts';
import { ensureServers } from '../../src/servers/local.ts';
import { lockHome } from '../../src/processes/owner-lock.ts';
import { freePort } from '../support/ports.ts';
import { identify } from '../../src/processes/processes.ts';
import { homeOf, readRunFile, writeRunFile } from '../../src/processes/run-file.ts';
import { findTemporal } from '../../src/servers/temporal-binary.ts';
import { startTemporal } from '../../src/servers/temporal.ts';
import { controlId } from '../../src/task/names.ts';
import { command, type Said } from '../support/command.ts';
import { writeConfigFile } from '../support/config-file.ts';
import { startInstallation, type TestInstallation } from '../support/installation.ts';
import { newProbe, probeKind } from '../support/probe.ts';

/** Commands that come upon the Temporal server of another installation. */

const input: ConfigInput = {
  installation: 'owner',
  kinds: [probeKind('probe', newProbe())],
  tasks: [{ name: 'svcProbe', kind: 'probe' }],
};
let at: TestInstallation;
let temporary: string;
/** A configuration with the same tasks, in a folder of its own. */
let other: string;

beforeAll(async () => {
  temporary = await mkdtemp(path.join(await realpath(tmpdir()), 'regie-test-strangers-'));
  at = await startInstallation(input);
  await writeConfigFile(at, input);
  other = path.join(temporary, 'regie.config.ts');
  await writeFile(other, `export default { ...globalThis.regieTestConfig, installation: 'other' };`);
});
afterAll(async () => {
  await at?.close();
  await rm(temporary, { recursive: true });
});

const regie = (config: string, args: string) => command(['--config', config, ...args.split(' ')]);

/** All that a command could change of the task, as the server has it. */
async function state(): Promise<unknown> {
  const { state: now, info } = await at.client.schedule.getHandle('svcProbe').describe();
  const { historyLength, runId } = await at.client.workflow.getHandle(controlId('svcProbe')).describe();
  return { now, actions: info.numActionsTaken, historyLength, runId };
}

describe('a namespace of another installation', () => {
  test.each([
    'start svcProbe',
    'stop svcProbe',
    'stop svcProbe --now',
    'run svcProbe',
    'run svcProbe --wait',
    'trace svcProbe',
    'notrace svcProbe',
    'svc svcProbe --stop --status',
    'svc svcProbe --run --follow',
    'scheduler stop',
    'scheduler start',
    'apply',
    'apply --dry-run',
    'worker',
  ])('refuses `regie %s`, and names both', async (args) => {
    const before = await state();
    const { code, out, err } = await regie(other, args);
    expect({ code, out }).toEqual({ code: 5, out: '' });
    expect(err).toBe(
      `${at.where.address}, namespace ${at.where.namespace}: this namespace belongs to the installation "owner" (its schedule svcProbe), ` +
        `not to "other" (${other}). Nothing was done. ` +
        'Check TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and the profile of temporal.toml.\n',
    );
    expect(await state()).toEqual(before);
  });

  test('tells with --json whose it is', async () => {
    expect((await regie(other, 'stop svcProbe --json')).json()).toMatchObject({
      code: 5,
      address: at.where.address,
      belongsTo: 'the installation "owner" (its schedule svcProbe)',
    });
  });

  test.each(['status', 'status svcProbe', 'list', 'scheduler state', 'svc svcProbe'])(
    'is said to be so by `regie %s`, which only reads',
    async (args) => {
      const { err } = await regie(other, args);
      expect(err.match(/belongs to the installation "owner"/g)).toHaveLength(1);
      expect(err).toContain('what is shown is of that one');
    },
  );

  test('is a problem to doctor', async () => {
    const { code, json } = await regie(other, 'doctor --json');
    expect(code).toBe(1);
    expect(json()).toContainEqual(
      expect.objectContaining({
        state: 'problem',
        what: 'Temporal server',
        found: expect.stringContaining('the installation "owner"'),
      }),
    );
  });

  test('its own commands are not disturbed', async () => {
    const own = path.join(at.root, 'regie.config.ts');
    const status = await regie(own, 'status svcProbe');
    expect(status).toMatchObject({ code: 0, err: '' });
    expect(await regie(own, 'stop svcProbe')).toMatchObject({ code: 0, err: '' });
  });
});

describe('where nobody says which server it is', () => {
  const { TEMPORAL_ADDRESS, TEMPORAL_CONFIG_FILE, DATABASE_URL } = process.env;

  /** A folder with a configuration of the example's name, and an environment that says nothing. */
  async function copyOfTheExample(name: string): Promise<{ root: string; config: string }> {
    const root = path.join(temporary, name);
    await mkdir(root);
    const config = path.join(root, 'regie.config.ts');
    await writeFile(config, 'export default globalThis.regieTestConfig;');
    delete process.env.TEMPORAL_ADDRESS;
    delete process.env.DATABASE_URL;
    process.env.TEMPORAL_CONFIG_FILE = path.join(root, 'temporal.toml');
    await writeFile(process.env.TEMPORAL_CONFIG_FILE, '[profile.default]\n');
    return { root, config };
  }
  afterEach(() => {
    const before = {
      TEMPORAL_ADDRESS,
      TEMPORAL_CONFIG_FILE,
      DATABASE_URL,
      TEMPORAL_NAMESPACE: at.where.namespace,
    };
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    process.env.TEMPORAL_ADDRESS = at.where.address;
    process.env.DATABASE_URL = at.databaseUrl;
  });

  const refused = (words: string): Partial<Said> => ({
    code: 3,
    out: '',
    err: expect.stringContaining(words) as string,
  });

  test('the usual port is not taken for that of a folder whose own `up` has failed', async () => {
    const { root, config } = await copyOfTheExample('failed');
    // The port of the tests' own server is taken.
    const port = Number(at.where.address.split(':')[1]);
    await expect(ensureServers(root, { port })).rejects.toThrow('is in use');
    const words = `no Temporal server runs for ${root}: its servers do not run; start it with \`regie up\``;
    for (const args of ['stop svcProbe', 'status', 'scheduler state', 'apply'])
      expect(await regie(config, args)).toMatchObject(refused(words));
    expect(await regie(config, 'list')).toMatchObject({ code: 0, err: expect.stringContaining(words) });
  });

  test('an `up` that starts at this moment is waited for', async () => {
    const { root, config } = await copyOfTheExample('starting');
    const lock = await lockHome(homeOf(root));
    expect(await regie(config, 'status')).toMatchObject(
      refused(`its \`regie up\` (pid ${process.pid}) is just starting it; wait`),
    );
    await writeRunFile(root, { owner: lock.owner });
    expect(await regie(config, 'status')).toMatchObject(
      refused('set TEMPORAL_ADDRESS here as it is set there'),
    );
    await lock.release();
  });

  test('the port of a killed `up` is not taken for its own', async () => {
    const { root, config } = await copyOfTheExample('killed');
    const lock = await lockHome(homeOf(root));
    await lock.release();
    // Somebody else listens there by now.
    const port = Number(at.where.address.split(':')[1]);
    const gone = { ...identify(process.pid)!, started: 'before' };
    const server = { address: at.where.address, uiUrl: '', port, uiPort: port, process: gone };
    await writeRunFile(root, { owner: gone, temporal: server });
    expect(await regie(config, 'stop svcProbe')).toMatchObject(
      refused('its `regie up` was killed, and its servers do not run; start it with `regie up`'),
    );
    // They outlive it: then they are its own.
    await writeRunFile(root, { owner: gone, temporal: { ...server, process: identify(process.pid)! } });
    process.env.TEMPORAL_NAMESPACE = at.where.namespace;
    expect(await regie(config, 'status svcProbe')).toMatchObject({ code: 0 });
  });

  test('the run file in a copy of a folder is not that of the copy', async () => {
    const { root } = await copyOfTheExample('original');
    const copy = await copyOfTheExample('copied');
    for (const home of [homeOf(root), homeOf(copy.root)]) await mkdir(home);
    const id = identify(process.pid)!;
    const postgres = { url: 'postgres://127.0.0.1:1/x', port: 1, process: id };
    await writeRunFile(root, { owner: id, postgres });
    await copyFile(path.join(homeOf(root), 'run.json'), path.join(homeOf(copy.root), 'run.json'));
    expect(await readRunFile(root)).toMatchObject({ postgres });
    expect(await readRunFile(copy.root)).toBeUndefined();
  });

  test("the server of another folder's `up` is known, though its installation has the same name", async () => {
    const mine = await copyOfTheExample('mine');
    const { root: theirs } = await copyOfTheExample('theirs, with a blank');
    await mkdir(homeOf(theirs));
    const [port, uiPort] = [await freePort(), await freePort()];
    const options = { home: homeOf(theirs), port, uiPort, namespace: 'default' };
    const server = await startTemporal(await findTemporal(), options);
    const connection = await Connection.connect({ address: server.address });
    try {
      const connected = (source: 'default' | 'environment') => ({
        client: new Client({ connection }),
        where: { address: server.address, namespace: 'default', options: {}, source },
        close: async () => undefined,
      });
      const config = await checkConfig(input, mine.config);
      expect(await findStranger(config, connected('default'))).toMatchObject({
        details: { belongsTo: `\`regie up\` in ${theirs} (pid ${server.process.pid})` },
        advice: `Start this one with \`regie up --port <other>\`, or, if it is meant, set TEMPORAL_ADDRESS=${server.address}`,
      });
      // Whoever names it means it; and its own folder does.
      expect(await findStranger(config, connected('environment'))).toBeUndefined();
      const own = await checkConfig(input, path.join(theirs, 'regie.config.ts'));
      expect(await findStranger(own, connected('default'))).toBeUndefined();
    } finally {
      await connection.close();
      await server.stop();
    }
  });

  test("a user's own server at the usual port is this installation's, as long as nobody else is there", async () => {
    const { config } = await copyOfTheExample('worker elsewhere');
    const connected = {
      client: at.client,
      where: { ...at.where, options: {}, source: 'default' as const },
      close: async () => undefined,
    };
    expect(await findStranger(await checkConfig(input, config), connected)).toBeUndefined();
    expect(
      await findStranger(await checkConfig({ ...input, installation: 'other' }, config), connected),
    ).toMatchObject({
      details: { belongsTo: 'the installation "owner" (its schedule svcProbe)' },
    });
  });
});
