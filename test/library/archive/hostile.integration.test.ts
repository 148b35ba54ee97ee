import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { filesBelow } from '../support/files-below.ts';
import { openArchiver, sidecar, type Archiver } from './support.ts';

let archiver: Archiver;
beforeEach(async () => {
  archiver = await openArchiver({ databox: { fields: [{ name: 'Title' }] } });
});
afterEach(() => archiver.close());

const letters = () => archiver.query('select subject, what, state from regie.incident order by subject');

describe('hostile hotfolders', () => {
  it('links are not followed, neither to files nor to folders, and are reported once', async () => {
    const secret = path.join(archiver.root, 'secret.txt');
    writeFileSync(secret, 'secret');
    mkdirSync(path.join(archiver.root, 'outside'));
    writeFileSync(path.join(archiver.root, 'outside/b.txt'), 'outside');
    symlinkSync(secret, path.join(archiver.folders.hotfolder, 'a.txt'));
    symlinkSync(path.join(archiver.root, 'outside'), path.join(archiver.folders.hotfolder, 'in'));
    archiver.put('c.txt');
    archiver.put('branch/d.txt');
    symlinkSync(secret, path.join(archiver.folders.hotfolder, 'branch/.phrasea.xml'));
    for (let n = 0; n < 2; n += 1) await archiver.run();
    expect(await archiver.records()).toEqual(['photos/c.txt']);
    expect(await letters()).toEqual([
      { subject: 'a.txt', what: 'link', state: 'open' },
      { subject: 'branch/.phrasea.xml', what: 'link', state: 'open' },
      { subject: 'in', what: 'link', state: 'open' },
    ]);
    expect(readFileSync(secret, 'utf8')).toBe('secret');
    expect(existsSync(path.join(archiver.root, 'outside/b.txt'))).toBe(true);
    expect(await archiver.poll()).toMatchObject({ work: false });
  });

  it('a fault that is dismissed is not told again while it is there', async () => {
    const link = path.join(archiver.folders.hotfolder, 'a.txt');
    symlinkSync('/etc/hostname', link);
    await archiver.run();
    await archiver.query("update regie.incident set state = 'resolved', muted = true, closed_at = now()");
    expect(await archiver.poll()).toMatchObject({ work: false });
    await archiver.run();
    expect(await letters()).toMatchObject([{ subject: 'a.txt', state: 'resolved' }]);
    rmSync(link);
    expect(await archiver.poll()).toMatchObject({ work: true });
    await archiver.run();
    symlinkSync('/etc/hostname', link);
    await archiver.run();
    expect((await letters()).map((letter) => (letter as { state: string }).state).sort()).toEqual([
      'open',
      'resolved',
    ]);
  });

  it('a hotfolder that is a link is itself followed: an operator made it', async () => {
    const real = path.join(archiver.root, 'real');
    mkdirSync(real);
    writeFileSync(path.join(real, '.phrasea.xml'), '');
    writeFileSync(path.join(real, 'a.txt'), 'a');
    symlinkSync(real, path.join(archiver.root, 'linked'));
    archiver.change({ hotfolder: 'linked' });
    await archiver.run();
    expect(await archiver.records()).toEqual(['photos/a.txt']);
  });

  it('things that are no files are reported', async () => {
    execFileSync('mkfifo', [path.join(archiver.folders.hotfolder, 'pipe.jpg')]);
    archiver.put('a.txt');
    expect((await archiver.run()).counts).toMatchObject({ archived: 1 });
    expect(await letters()).toEqual([{ subject: 'pipe.jpg', what: 'no-file', state: 'open' }]);
  });

  it('a name that is no UTF-8 is reported, and stays', async () => {
    const name = Buffer.concat([
      Buffer.from(`${archiver.folders.hotfolder}/b`),
      Buffer.from([0xe9]),
      Buffer.from('.txt'),
    ]);
    writeFileSync(name, 'latin');
    expect((await archiver.run()).outcome).toBe('idle');
    expect(await letters()).toEqual([{ subject: 'b\uFFFD.txt', what: 'name', state: 'open' }]);
    expect(existsSync(name)).toBe(true);
  });

  it.each([
    ['é'.repeat(100)],
    ['x'.repeat(251) + '.jpg'],
    ['with\nnewline and "quotes" \'and\' $dollar.txt'],
    [' leading and trailing '],
    ['#[CSTR]a.txt'],
    ['-all=.jpg'],
    ['a;b&&c|d`e`.txt'],
  ])('takes the name %j', async (name) => {
    archiver.put(name, 'one');
    archiver.put(`deep/${name}`, 'two');
    archiver.change({ rules: [{ mask: '.' }] });
    await archiver.run();
    const rows = await archiver.query<{ name: string; mime: string }>(
      'select name, mime from library.record',
    );
    expect(rows).toEqual([
      { name, mime: 'text/plain' },
      { name, mime: 'text/plain' },
    ]);
    expect(archiver.files()).toEqual([]);
    expect(archiver.files('archived')).toHaveLength(3);
    archiver.change({ rules: [{ mask: '^$' }] });
    archiver.put(name, 'three');
    await archiver.run();
    expect(archiver.files('refused')).toHaveLength(3);
  });

  it('refuses paths too long for the database, and takes the rest', async () => {
    const deep = Array.from({ length: 10 }, () => 'x'.repeat(250)).join('/');
    const below = path.join(archiver.folders.hotfolder, 'x'.repeat(250));
    execFileSync('mkdir', ['-p', deep], { cwd: archiver.folders.hotfolder });
    archiver.put('a.txt');
    expect((await archiver.run()).counts).toMatchObject({ archived: 1 });
    const [letter] = await archiver.query<{ what: string; reason: string }>(
      'select what, reason from regie.incident',
    );
    expect(letter).toEqual({
      what: 'name',
      reason: expect.stringContaining('more than 2000 bytes') as string,
    });
    expect(existsSync(below)).toBe(true);
  });

  it.each([
    [
      'entities that multiply',
      `<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><record><description><Title>&b;</Title></description></record>`,
    ],
    [
      'a file from outside',
      '<!DOCTYPE r [<!ENTITY f SYSTEM "file:///etc/passwd">]><record><description><Title>&f;</Title></description></record>',
    ],
    ['elements without end', `<record>${'<description>'.repeat(60_000)}`],
    ['a megabyte too much', `<record>${' '.repeat(2 ** 20)}</record>`],
    ['a mask that is too long', `<record><status>${'1'.repeat(65)}</status></record>`],
    ['no record', '<html/>'],
    ['nothing', ''],
  ])('a sidecar with %s takes its file along, and nothing else', async (_, text) => {
    archiver.put('a.jpg');
    archiver.put('a.xml', text);
    archiver.put('b.jpg');
    const report = await archiver.run();
    expect(report.counts).toMatchObject({ archived: 1, refused: 2 });
    expect(archiver.reason('a.xml')).toMatch(/^a\.xml[,:]/);
    expect(await archiver.records()).toEqual(['photos/b.jpg']);
  });

  it('what a sidecar says is data: no path, no SQL, no option, and no system bit', async () => {
    const title = "../../../x'; drop table library.record; --";
    archiver.put('a.jpg');
    archiver.put('a.xml', sidecar({ Title: title, ['__proto__']: 'x', constructor: 'y' }, '1111'));
    expect((await archiver.run()).counts).toMatchObject({ archived: 1, unknownFields: 2 });
    expect(await archiver.records()).toEqual([`photos/a.jpg Title=${title}`]);
    expect(filesBelow(archiver.around).filter((name) => name.includes('drop table'))).toEqual([]);
  });

  it('read-only files are taken like others', async () => {
    chmodSync(archiver.put('a.txt'), 0o400);
    await archiver.run();
    expect(await archiver.records()).toEqual(['photos/a.txt']);
    expect(archiver.files()).toEqual([]);
  });

  it.each([
    ['hotfolder', { archived: 'hot/kept' }],
    ['hotfolder', { refused: 'hot' }],
    ['storage', { hotfolder: 'data/library' }],
  ])('refuses folders that lie in one another: %s', async (_, settings) => {
    archiver.change(settings);
    await expect(archiver.run()).rejects.toMatchObject({ type: 'BadSettings' });
  });
});
