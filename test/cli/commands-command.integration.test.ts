import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ConfigInput } from '../../src/config/config-schema.ts';
import { PermanentError } from '../../src/task/errors.ts';
import { caller } from '../../src/command/caller.ts';
import { writeConfigFile } from '../support/config-file.ts';
import { command, type Listen, type Said } from '../support/command.ts';
import { eventually, startInstallation, type TestInstallation } from '../support/installation.ts';
import { newProbe, probeKind } from '../support/probe.ts';

const probe = newProbe();
const other = newProbe();
let at: TestInstallation;
let config: string;
let drain: () => Promise<void>;

beforeAll(async () => {
  const input: ConfigInput = {
    installation: 'cli-test',
    kinds: [probeKind('probe', probe), probeKind('other', other)],
    tasks: [
      { name: 'svcProbe', kind: 'probe', aliases: ['p'] },
      { name: 'svcOther', kind: 'other' },
    ],
  };
  at = await startInstallation(input);
  config = await writeConfigFile(at, input);
  drain = await at.startWorker();
  await eventually(async () => expect((await at.status('svcProbe')).state).toBe('started'));
});
afterAll(() => at.close());

const regie = (args: readonly string[], listen?: Listen): Promise<Said> =>
  command(['--config', config, ...args], listen);

beforeEach(async () => {
  await eventually(() => expect(probe.now).toBe(0));
  Object.assign(probe, newProbe());
  await at.update('svcProbe', 'start').catch(() => undefined);
  await at.update('svcOther', 'start').catch(() => undefined);
  await at.update('svcProbe', 'notrace');
});

test('stop and start: done once, refused twice, each with its own words', async () => {
  const stopped = await regie(['stop', 'P', '--reason', 'cleaning the disk']);
  expect(stopped).toMatchObject({ code: 0, out: 'svcProbe stopped.\n', err: '' });
  const again = await regie(['stop', 'svcprobe']);
  expect(again.code).toBe(5);
  expect(again.out).toBe('');
  expect(again.err).toMatch(/^svcProbe: it is stopped already, since .* by .*@.*: cleaning the disk\.\n$/);
  expect((await at.client.schedule.getHandle('svcProbe').describe()).state).toMatchObject({
    paused: true,
    note: `regie: stopped by ${caller()}: cleaning the disk`,
  });
  const started = await regie(['start', 'p']);
  expect(started).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^svcProbe started; next run in \d+m\.\n$/),
  });
  expect(await regie(['start', 'p'])).toMatchObject({
    code: 5,
    err: expect.stringContaining('started already'),
  });
});

test('--json answers carry the new status', async () => {
  const { code, json } = await regie(['stop', 'p', '--json']);
  expect(code).toBe(0);
  expect(json()).toMatchObject({
    task: 'svcProbe',
    action: 'stop',
    by: 'worker',
    status: { state: 'stopped', by: caller() },
  });
  const refused = await regie(['stop', 'p', '--json']);
  expect(refused).toMatchObject({ code: 5, err: '' });
  expect(refused.json()).toMatchObject({ code: 5, error: expect.stringContaining('stopped already') });
});

test('run is refused while stopped, in words that name who stopped it, unless --once', async () => {
  await regie(['stop', 'p', '--reason', 'holidays']);
  probe.work = 1;
  const refused = await regie(['run', 'p']);
  expect(refused.code).toBe(5);
  expect(refused.err).toContain(caller());
  expect(refused.err).toContain('holidays');
  const once = await regie(['run', 'p', '--once', '--wait', '--json']);
  expect(once.code).toBe(0);
  expect(once.json()).toMatchObject({ task: 'svcProbe', outcome: 'done', counts: { units: 1 } });
  expect((await at.status('svcProbe')).state).toBe('stopped');
});

test('run --wait tells how the run ended, and fails when the run does', async () => {
  probe.work = 2;
  const done = await regie(['run', 'p', '--wait']);
  expect(done).toMatchObject({ code: 0, err: 'A run of svcProbe begins.\n' });
  expect(done.out).toMatch(/^Run run\/svcProbe-.*: done; units 2\n$/);
  const idle = await regie(['run', 'p', '--wait']);
  expect(idle).toMatchObject({ code: 0, out: expect.stringMatching(/: idle\n$/) });
});

test('run --wait of a run that fails exits 1 with its words', async () => {
  probe.fail = new PermanentError('WrongDisk', 'the disk of the probe is not mounted; mount it');
  const failed = await regie(['run', 'p', '--wait', '--json']);
  expect(failed.code).toBe(1);
  expect(failed.json()).toMatchObject({ outcome: 'failed', error: expect.stringContaining('mount it') });
  probe.fail = undefined;
  const status = (await regie(['status', 'p'])).out;
  expect(status).toMatch(/^  last error +.*the disk of the probe is not mounted/m);
  expect(status).toMatch(/^  failures +1 in a row$/m);
  probe.work = 1;
  expect(await regie(['run', 'p', '--wait'])).toMatchObject({ code: 0 });
});

test('a run during a run is told to follow it', async () => {
  Object.assign(probe, { work: 1_000, unit: 100 });
  await regie(['run', 'p']);
  await eventually(async () => expect((await at.status('svcProbe')).running).toBe(true));
  const second = await regie(['run', 'p', '--tmp']);
  expect(second).toMatchObject({
    code: 0,
    out: 'A run of svcProbe is in progress; one more follows right after it.\n',
  });
  // It ends after the unit in progress.
  probe.work = 1;
  await eventually(() => expect(probe.now).toBe(0));
});

test('stop --now cancels the run in progress', async () => {
  // One long unit: no safe point comes before the cancellation does.
  Object.assign(probe, { work: 1, unit: 60_000 });
  await regie(['run', 'p']);
  await eventually(async () => expect((await at.status('svcProbe')).running).toBe(true));
  const stopped = await regie(['stop', 'p', '--now']);
  expect(stopped).toMatchObject({
    code: 0,
    out: 'svcProbe stopped; the run in progress is being cancelled.\n',
  });
  await eventually(async () => expect((await at.status('svcProbe')).lastRun?.outcome).toBe('cancelled'));
});

test('status tells all that there is to tell', async () => {
  probe.work = 2;
  await regie(['run', 'p', '--wait']);
  await regie(['stop', 'p', '--reason', 'test']);
  const { code, out } = await regie(['status', 'probe-ALIAS']);
  expect(code).toBe(0);
  expect(out).toMatch(/^svcProbe \(probe\)$/m);
  expect(out).toMatch(new RegExp(`^  state +stopped since .* by ${caller()}: test$`, 'm'));
  expect(out).toMatch(/^  run +none in progress$/m);
  expect(out).toMatch(/^  last run +done .*, took .*: units 2$/m);
  expect(out).toMatch(/^  next run +none while stopped$/m);
  expect(out).toMatch(/^  waiting +nothing$/m);
  expect(out).toMatch(/^  last error +none$/m);
  expect(out).toMatch(/^  trace +off$/m);
  expect(out).toMatch(/^  worker +answers$/m);
  const all = (await regie(['status', '--json'])).json();
  expect(all).toMatchObject([
    { task: 'svcProbe', state: 'stopped', worker: { answers: true } },
    { task: 'svcOther', state: 'started', nextRun: expect.stringMatching(/Z$/) },
  ]);
  expect((await regie(['status'])).out).toMatch(/^svcProbe +stopped +.* ago|now/m);
});

test('status tells the truth at once after `temporal schedule toggle`', async () => {
  await at.temporal('schedule', 'toggle', '--schedule-id', 'svcProbe', '--pause', '--reason', 'by hand');
  expect((await regie(['status', 'p', '--json'])).json()).toMatchObject({
    state: 'stopped',
    by: 'schedule: by hand',
  });
  await at.temporal('schedule', 'toggle', '--schedule-id', 'svcProbe', '--unpause', '--reason', 'back');
  expect((await regie(['status', 'p', '--json'])).json()).toMatchObject({
    state: 'started',
    by: 'schedule: back',
  });
});

test('svc combines options, and goes on after a refusal', async () => {
  const traced = await regie(['svc', 'P', '--status', '--trace']);
  expect(traced.code).toBe(0);
  expect(traced.out).toMatch(/^svcProbe is traced from now on/);
  expect(traced.out).toMatch(/^  trace +on$/m);
  const already = await regie(['svc', 'p', '--start', '--notrace', '--status', '--json']);
  expect(already.code).toBe(5);
  expect(already.json()).toMatchObject({
    code: 5,
    error: expect.stringContaining('started already'),
    outcomes: [
      { action: 'start', ok: false, code: 5 },
      { action: 'notrace', ok: true, message: 'svcProbe is no longer traced.' },
    ],
    status: { trace: false },
  });
  probe.work = 1;
  expect(await regie(['svc', 'p', '--run', '--tmp'])).toMatchObject({
    code: 0,
    out: expect.stringContaining('rehearsal'),
  });
  await eventually(() => expect(probe.runs[0]?.options).toMatchObject({ tmp: true, by: caller() }));
  expect(await regie(['svc', 'p', '--stop', '--reason', 'x'])).toMatchObject({ code: 0 });
  expect(await regie(['svc', 'p', '--run'])).toMatchObject({
    code: 5,
    err: expect.stringContaining('stopped'),
  });
  expect((await regie(['svc', 'p', '--list'])).out).toMatch(/svcProbe .* stopped .* p probe-alias/);
});

test('svc --trace --run --follow shows each step of the run, live', async () => {
  probe.work = 2;
  const enough = new AbortController();
  const { code, out } = await regie(['svc', 'p', '--trace', '--run', '--follow'], {
    signal: enough.signal,
    onOut: (shown) => void (shown.includes('run ended') && enough.abort()),
  });
  expect(code).toBe(0);
  expect(out).toMatch(/run began \{"by":".*"\}\n.*unit 1\n.*unit 2\n.*run ended done after .*: units 2\n$/);
  expect(out.match(/unit 1/g)).toHaveLength(1);
});

test('log shows the last lines; followed, what comes', async () => {
  await regie(['trace', 'p']);
  probe.work = 3;
  const first = (await regie(['run', 'p', '--wait', '--json'])).json() as { run: string };
  const { out } = await regie(['log', 'p', '--lines', '7', '--json']);
  const entries = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { what: string; run: string; text: string })
    .filter(({ what, run }) => what !== 'command' && run === first.run);
  expect(entries.map(({ what, text }) => `${what} ${text}`)).toEqual([
    'began ',
    'step unit 1',
    'step unit 2',
    'step unit 3',
    'ended done',
  ]);
  const enough = new AbortController();
  const followed = regie(['log', 'p', '--follow', '--lines', '1', '--json'], {
    signal: enough.signal,
    onOut: (shown) =>
      void (
        shown.includes('"began"') &&
        shown.endsWith('}\n') &&
        shown.match(/"ended"/g)?.length === 2 &&
        enough.abort()
      ),
  });
  await sleep(1_000);
  probe.work = 1;
  await regie(['run', 'p']);
  const lines = (await followed).out
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { what: string }).what)
    .filter((what) => what !== 'command');
  expect(lines).toEqual(['ended', 'began', 'step', 'ended']);
});

test('without a database, log is what the control workflow remembers', async () => {
  delete process.env.DATABASE_URL;
  try {
    const { code, out, err } = await regie(['log', 'p', '--lines', '3']);
    expect(code).toBe(0);
    expect(err).toContain('No database answers');
    expect(out.trim().split('\n')).toHaveLength(3);
    const { code: statusCode, json } = await regie(['status', 'p', '--json']);
    expect(statusCode).toBe(0);
    expect(json()).toMatchObject({ state: 'started', worker: { answers: true } });
  } finally {
    process.env.DATABASE_URL = at.databaseUrl;
  }
});

test('scheduler stop holds the started tasks, and start lets go only those', async () => {
  await regie(['stop', 'svcOther', '--reason', 'on its own']);
  expect(await regie(['scheduler', 'state', '--exit-code'])).toMatchObject({ code: 10 });
  const held = await regie(['scheduler', 'stop', '--json']);
  expect(held.json()).toMatchObject({ tasks: ['svcProbe'] });
  expect((await at.client.schedule.getHandle('svcProbe').describe()).state.note).toBe('regie: held');
  expect(await regie(['scheduler', 'stop'])).toMatchObject({
    code: 5,
    err: 'The scheduler is already stopped: 1 held, 1 stopped one by one.\n',
  });
  expect(await regie(['scheduler', 'state', '--exit-code'])).toMatchObject({
    code: 11,
    out: expect.stringContaining('held: svcProbe'),
  });
  expect((await regie(['status', 'p', '--json'])).json()).toMatchObject({ state: 'stopped', held: true });
  expect((await regie(['scheduler', 'start', '--json'])).json()).toMatchObject({ tasks: ['svcProbe'] });
  expect(await regie(['scheduler', 'start'])).toMatchObject({
    code: 5,
    err: expect.stringContaining('holds no task'),
  });
  expect((await regie(['status', '--json'])).json()).toMatchObject([
    { state: 'started' },
    { state: 'stopped' },
  ]);
});

test('scheduler state is stopping while a run is in progress', async () => {
  Object.assign(probe, { work: 1_000, unit: 100 });
  await regie(['run', 'p']);
  await eventually(() => expect(probe.now).toBe(1));
  await regie(['scheduler', 'stop']);
  expect((await regie(['scheduler', 'state', '--exit-code'])).code).toBe(12);
  probe.work = 1;
  await eventually(async () => expect((await regie(['scheduler', 'state', '--exit-code'])).code).toBe(11));
  await regie(['scheduler', 'start']);
});

test('status --watch tells what changes, until it is interrupted', async () => {
  const enough = new AbortController();
  const watched = regie(['status', 'p', '--watch', '--json'], {
    signal: enough.signal,
    onOut: (shown) => void (shown.includes('"state":"stopped"') && enough.abort()),
  });
  await sleep(1_500);
  await regie(['stop', 'p']);
  const { code, out } = await watched;
  expect(code).toBe(0);
  const states = out
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { state: string }).state);
  expect(states.at(0)).toBe('started');
  expect(states.at(-1)).toBe('stopped');
});

test('apply changes nothing twice, and keeps a stopped task stopped', async () => {
  await regie(['stop', 'p']);
  const { code, json } = await regie(['apply', '--dry-run', '--json']);
  expect(code).toBe(0);
  expect(json()).toMatchObject({
    dryRun: true,
    changes: [{ task: 'svcProbe', change: 'same', paused: true }, {}],
  });
  expect((await regie(['apply'])).out).toMatch(/^svcProbe +unchanged +stopped/m);
});

test('a task that is not applied yet is shown as absent, and refuses commands in words', async () => {
  const more = path.join(at.root, 'more.config.ts');
  await writeFile(
    more,
    `const { tasks, ...rest } = globalThis.regieTestConfig;
     export default { ...rest, tasks: [...tasks, { name: 'svcNew', kind: 'probe' }] };`,
  );
  const regie = (...args: string[]) => command(['--config', more, ...args]);
  expect((await regie('list')).out).toMatch(/^svcNew +probe .* absent /m);
  const all = await regie('status', '--json');
  expect(all.json()).toMatchObject([{}, {}, { task: 'svcNew', state: 'absent' }]);
  expect((await regie('status')).out).toContain('run `regie apply`');
  expect(await regie('status', 'svcNew')).toMatchObject({
    code: 5,
    err: expect.stringContaining('regie apply'),
  });
  expect(await regie('stop', 'svcNew')).toMatchObject({
    code: 5,
    err: expect.stringContaining('regie apply'),
  });
  const dry = (await regie('apply', '--dry-run')).out;
  expect(dry).toMatch(/^svcNew +would create/m);
  await at.client.schedule
    .getHandle('svcNew')
    .describe()
    .then(
      () => expect.unreachable('a dry run has created a schedule'),
      () => undefined,
    );
});

test('another installation is refused, and nothing is changed', async () => {
  const file = path.join(at.root, 'foreign.config.ts');
  await writeFile(file, `export default { ...globalThis.regieTestConfig, installation: 'foreign' };`);
  const { code, err } = await command(['--config', file, 'apply']);
  expect(code).toBe(5);
  expect(err).toContain('this namespace belongs to the installation "cli-test"');
});

test('without a worker: status tells it, stop and start act on the schedule, run and trace are left', async () => {
  await drain();
  const status = await regie(['status', 'p']);
  expect(status.code).toBe(0);
  expect(status.out).toMatch(/^  worker +none since /m);
  expect(status.out).toMatch(/^  state +started since /m);
  expect((await regie(['status'])).out).toMatch(/^worker: none since /m);

  const stopped = await regie(['stop', 'p', '--reason', 'nobody here', '--json']);
  expect(stopped.code).toBe(0);
  expect(stopped.json()).toMatchObject({
    by: 'schedule',
    message: expect.stringContaining('no worker answers'),
  });
  expect(await regie(['stop', 'p'])).toMatchObject({ code: 5, err: expect.stringContaining('nobody here') });
  expect((await regie(['status', 'p', '--json'])).json()).toMatchObject({
    state: 'stopped',
    by: caller(),
    reason: 'nobody here',
    worker: { answers: false },
  });
  expect(await regie(['run', 'p'])).toMatchObject({ code: 5, err: expect.stringContaining('is stopped') });
  expect((await regie(['start', 'p', '--json'])).json()).toMatchObject({ by: 'schedule' });

  probe.work = 1;
  expect((await regie(['run', 'p', '--json'])).json()).toMatchObject({ by: 'signal' });
  expect((await regie(['svc', 'p', '--trace', '--json'])).json()).toMatchObject({
    outcomes: [{ by: 'signal' }],
  });
  drain = await at.startWorker();
  await eventually(() => expect(probe.runs).toHaveLength(1));
  await eventually(async () =>
    expect(await at.status('svcProbe')).toMatchObject({ trace: true, state: 'started' }),
  );
});
