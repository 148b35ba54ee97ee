import { mkdir, mkdtemp, readFile, readdir, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { serverAccount } from '../../src/servers/postgres-account.ts';
import { findPostgres, hydrateSymlinks } from '../../src/servers/postgres-binaries.ts';

test('finds the PostgreSQL that npm installed, runnable by the account of the server', async () => {
  const found = await findPostgres(await serverAccount(), '/nowhere');
  expect(found.version).toMatch(/^18\./);
});

test('only looks when told so: nothing is copied for an account that cannot reach it', async () => {
  const shelter = await mkdtemp(path.join(tmpdir(), 'regie-test-shelter-'));
  try {
    // Nobody's account: no such user can start a program, as one that cannot enter this folder.
    const closed = { name: 'nobody there', uid: 54_321, gid: 54_321 };
    const found = await findPostgres(closed, shelter, { copy: false });
    expect(found.version).toMatch(/^18\./);
    expect(await readdir(shelter)).toEqual([]);
  } finally {
    await rm(shelter, { recursive: true });
  }
});

test('makes the links that an npm without install scripts leaves out, once', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'regie-test-links-'));
  try {
    await mkdir(path.join(folder, 'native/lib'), { recursive: true });
    await writeFile(path.join(folder, 'native/lib/libpq.so.5.18'), 'library');
    await writeFile(
      path.join(folder, 'native/pg-symlinks.json'),
      JSON.stringify([{ source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' }]),
    );
    await Promise.all([hydrateSymlinks(folder), hydrateSymlinks(folder)]);
    await hydrateSymlinks(folder);
    const link = path.join(folder, 'native/lib/libpq.so.5');
    expect(await readlink(link)).toBe('libpq.so.5.18');
    expect(await readFile(link, 'utf8')).toBe('library');
  } finally {
    await rm(folder, { recursive: true });
  }
});
