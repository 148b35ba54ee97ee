import { mkdtempSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileSystemOf, isRemote } from '../../src/intake/file-system.ts';
import { remoteStabilityWarnings, stabilityWarnings } from '../../src/intake/stability-settings.ts';
import { writerEvidence } from '../../src/intake/writer-evidence.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'regie-intake-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A /proc that says of some mounts what they are. */
function procWith(mounts: Record<string, string>): string {
  mkdirSync(path.join(folder, 'self/fdinfo'), { recursive: true });
  const lines = Object.entries(mounts).map(
    ([mount, type], n) => `${n} 1 8:${n} / ${mount.replaceAll(' ', '\\040')} rw shared:1 - ${type} /dev/x rw`,
  );
  writeFileSync(path.join(folder, 'self/mountinfo'), `${lines.join('\n')}\n`);
  return folder;
}

describe('the file system of a folder', () => {
  it('is that of the mount nearest above it, also through links and before it is made', () => {
    const mountinfo = path.join(
      procWith({ '/': 'ext4', '/mnt': 'xfs', '/mnt/a b': 'nfs4', '/mn': 'tmpfs' }),
      'self/mountinfo',
    );
    expect(fileSystemOf('/mnt/a b/in', mountinfo)).toEqual({ mount: '/mnt/a b', type: 'nfs4' });
    expect(fileSystemOf('/mnt/a bc', mountinfo)?.type).toBe('xfs');
    expect(fileSystemOf('/srv', mountinfo)?.type).toBe('ext4');
    symlinkSync('/mnt/a b', path.join(folder, 'link'));
    // The link leads nowhere here: its own path counts.
    expect(fileSystemOf(path.join(folder, 'link/in'), mountinfo)?.type).toBe('ext4');
    expect(fileSystemOf('/srv', path.join(folder, 'none'))).toBe(undefined);
  });

  it.each(['nfs4', 'cifs', 'smb3', 'fuse.sshfs', '9p'])('%s is written by other machines', (type) =>
    expect(isRemote(type)).toBe(true),
  );
  it.each(['ext4', 'xfs', 'btrfs', 'tmpfs', 'overlay', 'zfs'])('%s is not', (type) =>
    expect(isRemote(type)).toBe(false),
  );
});

describe('what doctor says of the writers of a folder', () => {
  const said = (mounts: Record<string, string>, uid: number, marker?: string) =>
    writerEvidence('svcHot', '/srv/in', { marker }, { proc: procWith(mounts), uid });

  it('tells whose open files are seen', () => {
    expect(said({ '/': 'ext4' }, 0)).toMatchObject({
      state: 'ok',
      found: expect.stringContaining('of any program'),
    });
    expect(said({ '/': 'ext4' }, 1000)).toMatchObject({
      state: 'ok',
      found: expect.stringContaining('of the user'),
    });
  });

  it('and where none are, and what to do then', () => {
    const { state, found, mend } = said({ '/': 'ext4', '/srv': 'nfs4' }, 0);
    expect([state, found.includes('nfs4'), mend!.includes('marker')]).toEqual(['warning', true, true]);
    expect(said({ '/srv': 'nfs4' }, 0, '.ok')).toMatchObject({ state: 'ok' });
    expect(writerEvidence('svcHot', '/srv/in', {}, { proc: path.join(folder, 'none') })).toMatchObject({
      state: 'warning',
    });
  });
});

describe('a short stableFor', () => {
  const warnings = (stableFor: number, marker?: string) =>
    stabilityWarnings(folder, { stableFor, marker, inProgress: ['*.tmp'] });

  it('is warned of where silence says nothing; a marker needs none', () => {
    expect(warnings(999)).toEqual([
      expect.stringMatching(/^stableFor is 0.999 s for .* Expected 1 s or more/),
    ]);
    expect(warnings(1_000)).toEqual([]);
    expect(warnings(0, '.ok')).toEqual([]);
    expect(remoteStabilityWarnings('ftp.example.org', 25_000, undefined)).toHaveLength(1);
    expect(remoteStabilityWarnings('ftp.example.org', 30_000, undefined)).toEqual([]);
    expect(remoteStabilityWarnings('ftp.example.org', 0, '.ok')).toEqual([]);
  });

  it('and of a marker that is left alone as work in progress', () => {
    expect(warnings(0, '.tmp')).toEqual([expect.stringContaining('nothing is ever taken')]);
  });
});
