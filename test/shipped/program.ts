import { execFile } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isRunning } from '../../src/processes/processes.ts';
import { readRunFile } from '../../src/processes/run-file.ts';
import { places, type Place } from './places.ts';
import { bringUp } from './support/running.ts';
import { at, everyCommand, passed } from './support/step.ts';
import { userEnvironment } from './support/user.ts';

/**
 * The packed program, installed in an empty folder, after one `regie up`: each kind, source, destination, format and group of commands
 * once, against its real counterpart; in `program.crash.test.ts` each command. The tests build upon one another.
 */

beforeAll(async () => {
  Object.assign(at, await bringUp());
}, 300_000);
afterAll(() => at.close?.(), 60_000);

await import('./parts/own.ts');
await import('./parts/module.ts');
await import('./parts/weather.ts');
await import('./parts/library.ts');
await import('./parts/exports.ts');
await import('./parts/tasks.ts');

test('nothing that the program has is left untouched', async () => {
  const script = fileURLToPath(new URL('./support/inventory.mjs', import.meta.url));
  const dist = path.join(at.root, 'node_modules/regie/dist');
  const { stdout } = await promisify(execFile)(process.execPath, [script, dist], { env: userEnvironment() });
  const { commands, ...things } = JSON.parse(stdout) as Record<string, string[]>;
  const sorted = (group: Record<string, string[]>) =>
    Object.fromEntries(Object.entries(group).map(([name, list]) => [name, [...list].sort()]));
  expect(
    sorted(Object.fromEntries(Object.entries(places).map(([name, list]) => [name, Object.keys(list)]))),
  ).toEqual(sorted(things));
  const wanted = new Set<Place>(Object.values(places).flatMap((group) => Object.values(group)));
  expect([...wanted].filter((place) => !passed.has(place))).toEqual([]);
  const groups = new Set(commands!.map((command) => command.split(' ')[0]!));
  const wantedCommands = everyCommand ? commands! : [...groups];

  const ran = at.user.ran.map((words) => words.join(' '));
  const isRun = (command: string) =>
    ran.some((line) => {
      const is = line === command || line.startsWith(`${command} `);
      // `library quarantine accept` is not `library quarantine`.
      const more =
        everyCommand &&
        commands!.some(
          (other) => other.startsWith(`${command} `) && (line === other || line.startsWith(`${other} `)),
        );
      return is && !more;
    });
  expect(commands!.length).toBeGreaterThan(50);
  expect(wantedCommands.filter((command) => !isRun(command))).toEqual([]);
});

test('Ctrl-C ends it, with its servers', async () => {
  const { temporal, postgres } = (await readRunFile(at.root))!;
  expect(await at.up.stop()).toMatchObject({ code: 0, out: expect.stringContaining('"stopped":true') });
  expect([temporal, postgres].map((server) => isRunning(server!.process))).toEqual([false, false]);
  expect(await readRunFile(at.root)).toBeUndefined();
});
