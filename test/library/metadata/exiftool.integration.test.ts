import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MetadataReader, type Read } from '../../../src/library/metadata/exiftool.ts';
import { readFacts } from '../../../src/library/metadata/facts.ts';
import { eventually } from '../../support/installation.ts';
import { writeJpeg, writePngWithText } from '../support/pictures.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'regie-metadata-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => path.join(folder, name);
const put = (name: string, content: string | Uint8Array) => {
  writeFileSync(at(name), content);
  return at(name);
};
const text = (read: Read | undefined, tag: string) => (read && 'tags' in read ? read.tags.find(tag) : read);

describe('MetadataReader', () => {
  let reader: MetadataReader;
  beforeAll(() => {
    reader = new MetadataReader({ fileWithin: 6_000 });
  });
  afterAll(() => reader.close());

  it('gives values as they are printed and as they are, in the order of the files', async () => {
    const a = await writeJpeg(at('a.jpg'), [
      '-IPTC:Headline=1.10',
      '-XMP-dc:Title=True',
      '-XMP-dc:Subject=one, two',
      '-XMP-dc:Subject=three',
      '-IPTC:Keywords=007',
      '-GPS:GPSLatitude=48.8741666',
      '-IPTC:City=',
    ]);
    const b = await writeJpeg(at('b.jpg'), ['-XMP-dc:Title=é"\\\n{ready}', '-IPTC:Headline={ready}']);
    const wanted = [
      'IPTC:Headline',
      'XMP-dc:Title',
      'XMP-dc:Subject',
      'IPTC:Keywords',
      'GPS:GPSLatitude',
      'IPTC:City',
    ];
    const [one, two] = await reader.read([a, b], wanted);
    expect(wanted.map((tag) => text(one, tag))).toEqual([
      { texts: ['1.10'], raw: ['1.10'] },
      { texts: ['True'], raw: ['True'] },
      { texts: ['one, two', 'three'], raw: ['one, two', 'three'] },
      { texts: ['007'], raw: ['007'] },
      { texts: [`48 deg 52' 27.00"`], raw: [expect.stringMatching(/^48\.874166/) as string] },
      undefined,
    ]);
    // Groups of both families, in any case, or none.
    for (const tag of ['xmp:title', 'XMP-DC:TITLE', 'XMP:XMP-dc:Title', 'Title'])
      expect(text(two, tag)).toMatchObject({ texts: ['é"\\\n{ready}'] });
    expect(text(two, 'IPTC:Title')).toBeUndefined();
    expect(text(two, 'IPTC:Headline')).toMatchObject({ texts: ['{ready}'] });
  });

  it('files that are no good give a reason, and do no harm to the others', async () => {
    execFileSync('mkfifo', [at('pipe.jpg')]);
    const files = [
      await writeJpeg(at('good.jpg'), ['-XMP-dc:Title=good']),
      put('junk.jpg', Buffer.alloc(10_000, 1)),
      put('empty.jpg', ''),
      put('cut.jpg', readFileSync(await writeJpeg(at('whole.jpg'), ['-XMP-dc:Title=x'])).subarray(0, 30)),
      at('missing.jpg'),
      at('pipe.jpg'),
      writePngWithText(at('large.png'), 10 * 2 ** 20),
      writePngWithText(at('bomb.png'), 400 * 2 ** 20),
      put('plain.txt', 'text'),
    ];
    const found = await reader.read(files, ['File:MIMEType', 'XMP-dc:Title', 'PNG:Title']);
    expect(
      found.map((read) => ('lost' in read ? read.lost : [read.fault, read.tags.text('MIMEType')])),
    ).toEqual([
      [undefined, 'image/jpeg'],
      ["Entire file is binary 0x01's", undefined],
      ['File is empty', undefined],
      [expect.stringContaining('JPEG') as string, 'image/jpeg'],
      'ExifTool did not find it',
      'ExifTool gave no answer within 6 s',
      expect.stringContaining('or gives more than 4 MB of text') as string,
      expect.stringContaining('takes more than 768 MB of memory') as string,
      [undefined, 'text/plain'],
    ]);
    const [again] = await reader.read([at('good.jpg')], ['XMP-dc:Title']);
    expect(text(again, 'Title')).toMatchObject({ texts: ['good'] });
  });

  it('finds out types alone', async () => {
    const files = [at('good.jpg'), at('plain.txt'), at('junk.jpg')];
    const found = await reader.readTypes(files);
    expect(found.map((read) => 'tags' in read && readFacts(read.tags))).toEqual([
      { mime: 'image/jpeg', kind: 'image' },
      { mime: 'text/plain', kind: 'document' },
      { mime: null, kind: 'unknown' },
    ]);
  });
});

describe('processes', () => {
  it('leave with the reader', async () => {
    const reader = new MetadataReader();
    const files = Array.from({ length: 60 }, (_, n) => put(`${n}.txt`, 'text'));
    await Promise.all([reader.read(files, ['MIMEType']), reader.readTypes(files)]);
    const tools = exiftoolsOf(process.pid).length;
    expect(tools === 1 || tools === 2).toBe(true);
    await reader.close();
    await eventually(() => expect(exiftoolsOf(process.pid)).toEqual([]));
  });

  it.each([
    ['there is no perl', () => at('nowhere')],
    ['it does not start', halfPerl],
  ])('that cannot be started are an error that says so: %s', async (reason, folderOfPerl) => {
    const script = fileURLToPath(new URL('no-perl-child.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', 'tsx', script, folderOfPerl()], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [said] = (await once(createInterface(child.stdout), 'line')) as [string];
    expect(said.startsWith(`NoExifTool: ExifTool cannot be run: ${reason}`)).toBe(true);
    expect(said).toMatch(/expected a perl that can run .*exiftool: install the package perl$/);
    await once(child, 'exit');
  });

  it('end when their owner is killed with -9', async () => {
    const script = fileURLToPath(new URL('reader-child.ts', import.meta.url));
    const owner = spawn(process.execPath, ['--import', 'tsx', script, await writeJpeg(at('a.jpg'))], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(createInterface(owner.stdout), 'line');
    const tools = exiftoolsOf(owner.pid!);
    expect(tools).not.toEqual([]);
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    await eventually(() => expect(tools.filter(isExiftool)).toEqual([]));
  });
});

/** A perl that runs programs, but for those that are kept open. */
function halfPerl(): string {
  const bin = at('bin');
  mkdirSync(bin);
  writeFileSync(path.join(bin, 'perl'), '#!/bin/sh\n[ "$1" != -e ] && exec /usr/bin/perl "$@"\n', {
    mode: 0o755,
  });
  return bin;
}

function exiftoolsOf(owner: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => parentOf(pid) === owner && isExiftool(pid));
}

function parentOf(pid: number): number {
  return Number(/\) \w (\d+)/.exec(read(`/proc/${pid}/stat`))?.[1]);
}

const isExiftool = (pid: number) => read(`/proc/${pid}/cmdline`).includes('bin/exiftool');

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
