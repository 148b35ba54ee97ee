import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ConfigError } from '../../src/config/error.ts';
import { checkConfig, loadConfig } from '../../src/config/load-config.ts';

const faults = async (input: unknown) => {
  const error = await checkConfig(input, '/x/regie.config.ts').catch((e: unknown) => e);
  if (!(error instanceof ConfigError)) throw new Error(`expected a ConfigError, got ${String(error)}`);
  return error.faults.map(({ path: at, value, message }) => `${at} = ${value}: ${message}`);
};
const load = { name: 'svcLoadJson', kind: 'loadJson' };

describe('a bad configuration is refused with path, value and what was expected', () => {
  test.each([
    [
      { tasks: [{ ...load, every: '10ms' }] },
      /^tasks\[0\]\.every = "10ms": expected a time span of at least 1s/,
    ],
    [{ tasks: [{ ...load, every: 'often' }] }, /^tasks\[0\]\.every = "often": expected a time span/],
    [
      { tasks: [{ ...load, kind: 'loadXml' }] },
      /^tasks\[0\]\.kind = "loadXml": unknown kind; expected one of aggregate, .*loadJson/,
    ],
    [{ tasks: [{ ...load, settings: { inbox: 5 } }] }, /^tasks\[0\]\.settings\.inbox = 5: .*expected string/],
    [{ tasks: [{ ...load, settings: { inbx: 'x' } }] }, /^tasks\[0\]\.settings = .*inbx/],
    [
      { tasks: [load, { ...load, name: 'SVCloadjson' }] },
      /^tasks\[1\]\.name = "SVCloadjson": tasks\[0\] has the same name/,
    ],
    [
      { tasks: [{ ...load, after: 'nobody' }] },
      /^tasks\[0\]\.after = "nobody": expected the name of another task/,
    ],
    [{ tasks: [{ ...load, name: 'a b' }] }, /^tasks\[0\]\.name = "a b": expected a letter/],
    [
      { tasks: [], weather: { timezone: 'Mars/Base' } },
      /^weather\.timezone = "Mars\/Base": unknown time zone/,
    ],
    [
      { tasks: [], weather: { stations: { A: { limits: { rain: [5, 1] } } } } },
      /^weather\.stations\.A\.limits\.rain = \[5,1\]: expected \[low, high\]/,
    ],
    [{}, /^tasks = : .*expected array/],
  ])('%j', async (input, expected) => {
    expect((await faults(input)).join('\n')).toMatch(expected);
  });

  test.each([
    { host: 'ftp.example.org', localPath: 'in', password: 'hunter2' },
    { host: 'ftp.example.org', localPath: 'in', pasword: 'x', password: 'hunter2' },
    {
      host: 'ftp.example.org',
      localPath: 'in',
      proxy: { type: 'http', host: 'p', port: 1, password: 'hunter2' },
    },
    { passwd: 'hunter2' },
  ])('a secret written where its reference belongs is not repeated: %j', async (settings) => {
    const told = (await faults({ tasks: [{ name: 'pull', kind: 'ftpPull', settings }] })).join('\n');
    expect(told).toMatch(/^tasks\[0\]\.settings/);
    expect(told).not.toContain('hunter2');
  });

  test('every fault is told, not only the first', async () => {
    expect(
      await faults({
        tasks: [
          { ...load, every: 'x' },
          { ...load, name: 'two', every: 'y' },
        ],
      }),
    ).toHaveLength(2);
  });
});

describe('a file', () => {
  let folder: string;
  beforeAll(async () => void (folder = await mkdtemp(path.join(tmpdir(), 'regie-config-'))));
  afterAll(() => rm(folder, { recursive: true }));

  test('is TypeScript, imports from regie wherever it lies, and is found from a folder below', async () => {
    await writeFile(
      path.join(folder, 'regie.config.ts'),
      `import { defineConfig } from 'regie';\nconst every: string = '30s';\nexport default defineConfig({ tasks: [{ name: 'a', kind: 'loadJson', every }] });\n`,
    );
    const config = await loadConfig({ cwd: folder });
    expect(config).toMatchObject({
      root: folder,
      installation: 'regie',
      tasks: [{ name: 'a', every: 30_000 }],
    });
    expect(config.tasks[0]?.aliases).toContain('json');
  });

  test('that does not compile is named with the reason', async () => {
    const file = path.join(folder, 'broken.config.ts');
    await writeFile(file, 'export default {{{');
    await expect(loadConfig({ file })).rejects.toThrow(/broken\.config\.ts cannot be used/);
  });

  test('that is missing is named', async () => {
    await expect(loadConfig({ file: path.join(folder, 'none.ts') })).rejects.toThrow(
      /none\.ts cannot be used:.*no such file/s,
    );
  });
});
