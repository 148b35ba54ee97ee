import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { at, step } from '../support/step.ts';

step('module', async () => {
  const inbox = path.join(at.root, 'data/tides');
  mkdirSync(inbox, { recursive: true });
  writeFileSync(path.join(inbox, 'PORT-2026-11-20.txt'), '2026-11-20T10:00Z 1.23\n2026-11-20T10:10Z 1.63\n');
  writeFileSync(path.join(inbox, 'NOWHERE-2026-11-20.txt'), '2026-11-20T10:00Z 1\n');
  expect(await at.regie(['run', 'tides', '--wait'])).toMatchObject({
    task: 'svcTides',
    counts: { files: 2, levels: 2, refused: 1 },
  });
  expect(existsSync(path.join(inbox, 'done/PORT-2026-11-20.txt'))).toBe(true);
  expect(existsSync(path.join(inbox, 'refused/NOWHERE-2026-11-20.txt'))).toBe(true);
  // Its activity has the kind's name, and so has the run.
  const { lastRun } = (await at.regie(['status', 'svcTides'])) as { lastRun: { id: string } };
  const history = await at.temporal('workflow', 'show', '--workflow-id', lastRun.id, '--output', 'json');
  expect(history).toMatch(/"activityType":\s*\{\s*"name":\s*"readTides"/);

  expect(await at.regie(['tides', 'levels'])).toEqual([
    { gauge: 'PORT', levels: 2, last: '2026-11-20T10:10Z', metres: 1.63 },
  ]);
  expect(JSON.stringify(await at.regie(['doctor']))).toContain('Port has sent levels');
  expect(JSON.stringify(await at.regie(['commands']))).toContain('forget <task> --gauge <code>');
  expect(await at.regie(['forget', 'svcTides', '--gauge', 'PORT'])).toMatchObject({
    action: 'forget',
    by: 'worker',
  });
  expect(await at.regie(['tides', 'levels'])).toEqual([]);

  // A destination of the user's own: a file goes to a web server.
  expect(await at.regie(['export', 'run', 'levels', '--day', '2026-11-20', '--wait'])).toMatchObject({
    outcome: 'done',
  });
  const [[where, file] = []] = [...at.servers.web.files];
  expect(where).toBe('/in/levels_20261120.csv');
  expect(file!.toString()).toBe('gauge;metres\r\nPORT;1.63\r\n');
  expect(await at.regie(['export', 'show', 'levels', '2026-11-20'])).toMatchObject({
    state: 'delivered',
    deliveries: [{ destination: 'web' }],
  });
});
