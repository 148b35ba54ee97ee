import { expect, test } from 'vitest';
import { checkConfig } from '../../src/config/load-config.ts';
import { withTodaysNames } from '../../src/config/former-names.ts';
import { warningsOf } from '../../src/task/warnings.ts';

const pull = { host: 'ftp.example.org', user: 'ann', password: 'env:FTP_PASSWORD', localPath: 'hot' };

async function configOf(settings: object) {
  return checkConfig(
    {
      installation: 'here',
      tasks: [
        { name: 'pull', kind: 'ftpPull', settings: { ...pull, ...settings } },
        { name: 'cards', kind: 'export', settings: { module: 'cards.ts', campaign: 'canal' } },
      ],
      exporting: { memory: 333 },
    },
    '/somewhere/regie.config.ts',
  );
}

test('settings and sections under their former names are taken, and told', async () => {
  const config = await configOf({ settle: '40s' });
  expect(config.tasks[0]!.settings).toMatchObject({ stableFor: 40_000 });
  expect(config.sections['exportDefaults']).toMatchObject({ memory: 333 });
  expect(config.tasks.map((task) => warningsOf(config, task))).toEqual([
    ['settings.settle is called settings.stableFor now; please rename it'],
    ['exporting is called exportDefaults now; please rename it'],
  ]);
  expect(config.tasks[0]!.hash).toBe((await configOf({ stableFor: '40s' })).tasks[0]!.hash);
});

test('a setting under both names is refused', async () => {
  await expect(configOf({ settle: '40s', stableFor: '30s' })).rejects.toThrow('settle');
});

test('members of a member are renamed, and what is given stays as it was', () => {
  const given = { http: { patience: 1, port: 2 } };
  expect(withTodaysNames({ 'http.patience': 'http.idleTimeout' }, given)).toEqual({
    given: { http: { idleTimeout: 1, port: 2 } },
    renamed: [{ old: 'http.patience', name: 'http.idleTimeout' }],
  });
  expect(given).toEqual({ http: { patience: 1, port: 2 } });
  for (const other of [undefined, null, 5, {}, { http: 1 }, { http: { patience: 1, idleTimeout: 2 } }])
    expect(withTodaysNames({ 'http.patience': 'http.idleTimeout' }, other)).toEqual({
      given: other,
      renamed: [],
    });
});
