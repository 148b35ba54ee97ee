import { readXls, readXlsx } from 'hucre';
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { createConnection } from 'mysql2/promise';
import path from 'node:path';
import { expect } from 'vitest';
import { attachmentOf } from '../../exports/delivery/support/smtp-server.ts';
import { at, here, step } from '../support/step.ts';

const exporting = (...args: string[]) => at.regie(['export', ...args]);
const make = (name: string, day: string) => exporting('run', name, '--day', day, '--wait');
const shared = (name: string) => readFileSync(path.join(at.root, 'share', name));

step('postgres', async () => {
  expect(
    await at.regie(['demo', 'calls', '--cards', '40', '--days', '2', '--until', '2026-11-20']),
  ).toMatchObject({
    schema: 'dialler',
    rows: { main: 40 },
  });
  expect(await exporting('check')).toEqual(
    ['cards', 'calls', 'squares', 'names', 'held', 'levels', 'refused'].map((name) => ({
      export: name,
      ok: true,
    })),
  );
  const rehearsal = ['export', 'run', 'cards', '--day', '2026-11-20', '--dry-run', '--rows', '2'];
  expect(await at.regie(rehearsal, 1)).toMatchObject({
    file: { rows: 2 },
    titles: ['id', 'fichier'],
    verdict: { verdict: 'fail', reason: '7 lines expected, got 2' },
  });
  expect(await make('cards', '2026-11-20')).toMatchObject({ outcome: 'done' });
  const rows = await at.query('select id::text, fichier from dialler.main m order by m.id limit 7');
  const text = ['id;fichier', ...rows.map(({ id, fichier }) => `${id};${fichier}`), ''].join('\r\n');
  expect(shared('cards_20261120.csv').toString()).toBe(text);
  const [mail, ...others] = at.servers.mail.mails;
  expect(others).toEqual([]);
  expect(mail).toMatchObject({ recipients: ['anne@example.org'], secure: true });
  expect(attachmentOf(mail!).toString()).toBe(text);
  expect(await exporting('show', 'cards', '2026-11-20')).toMatchObject({
    state: 'delivered',
    deliveries: [{ destination: 'share' }, { destination: 'reporting', recipient: 'anne@example.org' }],
  });
});

step('mariadb', async () => {
  const { port, user, password, database } = here(at.servers.mariadb);
  const dialler = await createConnection({ host: '127.0.0.1', port, user, password, database });
  await dialler.query(
    'create table `call` (id bigint, amount decimal(20, 2), duration float, called date, at datetime)',
  );
  await dialler.query(
    "insert into `call` values (1, 12.50, 0.1, '2026-11-19', '2026-11-19 08:15:00'), (2, null, 2.5, '2026-11-19', null), (3, 1, 1, '2026-11-18', null)",
  );
  await dialler.end();
  expect(await make('calls', '2026-11-20')).toMatchObject({ outcome: 'done' });
  const { sheets } = await readXlsx(shared('calls_20261120.xlsx'));
  expect(sheets[0]!.rows).toEqual([
    ['id', 'amount', 'duration', 'called', 'at'],
    [1, 12.5, 0.1, new Date('2026-11-19T00:00:00Z'), new Date('2026-11-19T08:15:00Z')],
    [2, null, 2.5, new Date('2026-11-19T00:00:00Z'), null],
  ]);
});

step('ftp', async () => {
  const ftp = here(at.servers.ftp);
  mkdirSync(path.join(ftp.folder, 'out'));
  ftp.adopt();
  expect(await make('squares', '2026-11-20')).toMatchObject({ outcome: 'done' });
  expect(readdirSync(path.join(ftp.folder, 'out'))).toEqual(['squares_20261120.xls']);
  const { sheets } = await readXls(readFileSync(path.join(ftp.folder, 'out/squares_20261120.xls')));
  expect(sheets).toMatchObject([
    {
      name: 'squares',
      rows: [
        ['number', 'square'],
        [1, 1],
        [2, 4],
        [3, 9],
      ],
    },
  ]);
});

step('sftp', async () => {
  const { folder } = here(at.servers.sshd);
  expect(await make('names', '2026-11-20')).toMatchObject({ outcome: 'done' });
  expect(readdirSync(folder)).toEqual(['names_20261120.csv']);
  expect(readFileSync(path.join(folder, 'names_20261120.csv'), 'latin1')).toBe('name\r\nZoé\r\nÉric\r\n');
});

step('decisions', async () => {
  await exporting('backfill', 'held', '--from', '2026-11-08', '--to', '2026-11-11', '--wait');
  const states = async (task: string) => {
    const periods = await at.query(
      `select key, state from export.period where task = '${task}' order by key`,
    );
    return Object.fromEntries(periods.map(({ key, state }) => [key.slice(-2), state]));
  };
  expect(await states('held')).toEqual({ '08': 'delivered', '09': 'delivered', 10: 'held', 11: 'held' });
  await exporting('discard', 'held', '2026-11-11', '--reason', 'a holiday');
  await exporting('release', 'held', '2026-11-10', '--reason', 'counted');
  await expect
    .poll(() => states('held'), { timeout: 30_000, interval: 500 })
    .toEqual({ '08': 'delivered', '09': 'delivered', 10: 'delivered', 11: 'discarded' });
  expect(shared('held_20261110.csv').toString()).toBe('day\r\n2026-11-10\r\n');

  // Its folder is not there: a disk that is not mounted.
  await at.user.run(['export', 'run', 'refused', '--day', '2026-11-20', '--wait', '--json']);
  expect(['produced', 'failed']).toContain((await states('refused'))[20]);
  mkdirSync(path.join(at.root, 'later'));
  await exporting('redeliver', 'refused', '2026-11-20', '--reason', 'mounted', '--force');
  await expect.poll(() => states('refused'), { timeout: 30_000, interval: 500 }).toEqual({ 20: 'delivered' });
  expect(readdirSync(path.join(at.root, 'later'))).toEqual(['refused_20261120.csv']);
  // What has arrived needs no word of an operator.
  expect(await at.regie(['export', 'confirm', 'refused', '2026-11-20'], 5)).toMatchObject({ code: 5 });

  expect(await exporting('ledger', 'held', '--month', '2026-11')).toMatchObject([
    { key: '2026-11-08', state: 'delivered' },
    { key: '2026-11-09' },
    { key: '2026-11-10' },
    { key: '2026-11-11', state: 'discarded' },
  ]);
  expect((await exporting('list')).map((each: { export: string }) => each.export)).toContain('held');
  await exporting('new', 'welcome');
  expect(readdirSync(path.join(at.root, 'exports'))).toContain('welcome.ts');
});
