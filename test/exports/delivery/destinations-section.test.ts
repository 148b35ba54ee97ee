import { expect, test } from 'vitest';
import { openChannel } from '../../../src/exports/delivery/open-destination.ts';
import { safeId } from '../../../src/exports/delivery/outgoing-file.ts';
import { destinationsSchema, type Destination } from '../../../src/exports/delivery/destinations-section.ts';

const reports: Destination = { type: 'directory', folder: 'out/{yyyy}' };

test('checks destinations by name', () => {
  expect(destinationsSchema.parse(undefined)).toEqual({});
  expect(destinationsSchema.parse({ reports })).toEqual({ reports });
  for (const [bad, words] of [
    [{ reports: { type: 'directory', folder: '/x/{day}' } }, 'unknown placeholder {day}'],
    [{ reports: { type: 'directory' } }, 'folder'],
    [{ reports: { type: 'directory', folder: '' } }, 'folder'],
    [{ reports: { type: 'pigeon' } }, 'type'],
    [{ '../x': reports }, 'expected a letter'],
  ] as const)
    expect(() => destinationsSchema.parse(bad)).toThrow(words);
});

test('relative folders start at the configuration, and an export may name its own', () => {
  const open = (override: { to: string; folder?: string }) =>
    openChannel(reports, { root: '/srv/regie', override }).recipients();
  expect(open({ to: 'reports' })).toEqual(['/srv/regie/out/{yyyy}']);
  expect(open({ to: 'reports', folder: '/mnt/{campaign}' })).toEqual(['/mnt/{campaign}']);
});

test('refuses what the destination has no use for', () => {
  const open = (override: object) => () =>
    openChannel(reports, { root: '/', override: { to: 'reports', ...override } });
  expect(open({ subject: 'Hello' })).toThrow(
    'deliver to reports: subject is "Hello"; expected of a directory no more than folder',
  );
  expect(open({ folder: '/x/{day}' })).toThrow(
    'deliver to reports: folder is "/x/{day}": unknown placeholder {day}',
  );
  expect(open({ folder: '' })).toThrow('expected a text that is not empty');
});

test('ids that are no names become some, each its own', () => {
  expect(safeId('canal-cards.2026-11-20_1')).toBe('canal-cards.2026-11-20_1');
  const odd = ['a/b', 'a b', '..', '.a', 'a.', 'a..b', '', 'é', 'x'.repeat(81)].map(safeId);
  for (const id of odd) expect(id).toMatch(/^[0-9a-f]{32}$/);
  expect(new Set(odd).size).toBe(odd.length);
});

test('opens each kind, and tells who gets files without a secret', () => {
  const host = 'example.org';
  const fingerprint = `SHA256:${'A'.repeat(43)}`;
  const destinations = destinationsSchema.parse({
    mail: { type: 'mail', host, from: 'a@example.org', recipients: ['b@example.org', 'b@example.org'] },
    ftps: { type: 'ftp', host, user: 'pat', password: 'env:SECRET', tls: 'implicit', folder: '/in/{yyyy}' },
    sftp: { type: 'sftp', host, user: 'pat', key: 'file:/secret', fingerprint },
    share: { type: 'directory', folder: 'out' },
  });
  const recipients = (to: string) =>
    openChannel(destinations[to]!, { root: '/srv', override: { to } }).recipients();
  expect(Object.keys(destinations).map(recipients)).toEqual([
    ['b@example.org'],
    ['ftps://pat@example.org:990/in/{yyyy}'],
    ['sftp://pat@example.org:22/~'],
    ['/srv/out'],
  ]);
});
