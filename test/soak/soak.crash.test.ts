import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { readOptions, type SoakOptions } from '../../soak/options.ts';
import { describeResult } from '../../soak/report.ts';
import { soak } from '../../soak/soak.ts';

/** The short form of `npm run soak`: a minute of play, then the comparison with an undisturbed computation. */

const root = path.join(import.meta.dirname, '../..');

beforeAll(() => {
  // It runs the compiled program; nothing happens when that is up to date, as after `npm test`.
  const made = spawnSync(process.execPath, ['scripts/prepare.mjs'], { cwd: root, encoding: 'utf8' });
  expect(made).toMatchObject({ status: 0 });
}, 180_000);

test('a network played while everything is killed ends as an undisturbed one', async ({ signal }) => {
  const options: SoakOptions = {
    minutes: 1,
    speed: 120,
    stations: 6,
    seed: process.env['REGIE_SOAK_SEED'] ?? 'regie',
    killEvery: 22,
    commandEvery: 5,
  };
  const result = await soak(options, () => undefined, signal);
  if (result.faults.length > 0) console.log(describeResult(options, result));
  expect(result.faults).toEqual([]);
  for (const kills of Object.values(result.trouble.kills)) expect(kills).toBeGreaterThan(0);
  expect(result.files.all).toBeGreaterThan(100);
  expect(result.observations).toBeGreaterThan(100);
}, 600_000);

test('the command line is checked', () => {
  expect(readOptions(['--stations', '6', '--minutes', '0.5', '--seed', '7'])).toMatchObject({
    stations: 6,
    minutes: 0.5,
    seed: '7',
    speed: 60,
  });
  expect(readOptions(['--help'])).toBe('help');
  for (const args of [
    ['--stations', '0'],
    ['--minutes', 'x'],
    ['--speed', '-1'],
    ['--sped', '1'],
  ])
    expect(() => readOptions(args)).toThrow(args[0]!.slice(0, 6));
});
