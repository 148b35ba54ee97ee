import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../../src/config/load-config.ts';
import {
  fileFilter,
  pullFolders,
  pullSettings,
  sourceAddress,
} from '../../../src/transfer/pull/pull-settings.ts';

const least = { host: 'ftp.example.org', localPath: 'hot' };

async function faults(settings: Record<string, unknown>): Promise<string> {
  return checkConfig(
    { tasks: [{ name: 'ftp-pull', kind: 'ftpPull', settings: { ...least, ...settings } }] },
    '/x/regie.config.ts',
  ).then(
    () => '',
    (error: Error) => error.message,
  );
}

describe('settings of a pull', () => {
  it('are few where the defaults do', async () => {
    const { tasks } = await checkConfig(
      { tasks: [{ name: 'a', kind: 'ftpPull', settings: least }] },
      '/x/regie.config.ts',
    );
    expect(tasks[0]).toMatchObject({
      every: 900_000,
      settings: {
        user: 'anonymous',
        remotePath: '/',
        passive: true,
        tls: 'none',
        deleteRemote: true,
        connections: 4,
        stableFor: 30_000,
        list: 'auto',
        timeout: 30_000,
      },
    });
  });

  it.each([
    [
      { host: 'ftp://ftp.example.org' },
      /settings\.host = "ftp:\/\/ftp\.example\.org": expected the name or IP address of a host alone/,
    ],
    [{ host: 'a b' }, /settings\.host/],
    [{ port: 0 }, /settings\.port = 0: /],
    [{ connections: 17 }, /settings\.connections = 17: .*16/],
    [{ user: 'pat\r\nDELE x' }, /settings\.user = .*expected text without control characters/],
    [{ remotePath: '/a\nb' }, /settings\.remotePath = .*without control characters/],
    [{ tls: 'yes' }, /settings\.tls = "yes": .*none.*explicit.*implicit/],
    [{ password: 'hunter2' }, /settings\.password.*: expected a reference/],
    [
      { passive: false, proxy: { type: 'socks5', host: 'p', port: 1080 } },
      /settings\.passive = false: expected true behind a proxy of type socks5/,
    ],
    [
      { tls: 'explicit', proxy: { type: 'ftp', host: 'p', port: 21 } },
      /settings\.tls = "explicit": expected "none" behind a proxy of type ftp/,
    ],
    [{ ca: 'ca.pem' }, /settings\.ca = "ca\.pem": expected none while tls is "none"/],
    [{ proxy: { type: 'http', host: 'p' } }, /settings\.proxy\.port/],
    [{ pasive: false }, /pasive/],
    [{ stableFor: 'soon' }, /settings\.stableFor = "soon": expected a time span/],
  ])('are refused with path, value and what was expected: %j', async (settings, expected) => {
    expect(await faults(settings)).toMatch(expected);
  });

  it('never repeat a password that stands where a reference belongs', async () => {
    const said = await faults({
      password: 'hunter2',
      proxy: { type: 'http', host: 'p', port: 1, password: 'hunter3' },
    });
    expect(said).toMatch(/settings\.password = "…": expected a reference/);
    expect(said).toMatch(/settings\.proxy\.password = "…": expected a reference/);
    expect(said).not.toMatch(/hunter/);
  });

  it('name a source by server, user and folder', () => {
    const address = (more: object) => sourceAddress(pullSettings.parse({ ...least, ...more }));
    expect(address({})).toBe('anonymous@ftp.example.org:21/');
    expect(address({ tls: 'implicit', user: 'pat', remotePath: '/in' })).toBe('pat@ftp.example.org:990/in');
    expect(address({ port: 2121, remotePath: 'in' })).toBe('anonymous@ftp.example.org:2121/~/in');
  });

  it('put the work folder beside the local one, out of its view', () => {
    expect(pullFolders('/root', pullSettings.parse(least))).toEqual({
      root: '/root',
      local: '/root/hot',
      work: '/root/.hot.regie-pull',
    });
  });

  it.each([
    [{}, ['a', 'sub/.b', 'c.jpg']],
    [{ include: ['*.jpg'] }, ['c.jpg']],
    [{ include: ['sub/**'] }, ['sub/.b']],
    [{ exclude: ['.*'] }, ['a', 'c.jpg']],
    [{ include: ['*.jpg', 'a'], exclude: ['a'] }, ['c.jpg']],
  ])('choose files by masks: %j', (masks, wanted) => {
    const takes = fileFilter(pullSettings.parse({ ...least, ...masks }));
    expect(['a', 'sub/.b', 'c.jpg'].filter(takes)).toEqual(wanted);
  });
});
