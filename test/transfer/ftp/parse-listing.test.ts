import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readListing, type Entry } from '../../../src/transfer/ftp/parse-listing.ts';

const mlsd = (text: string) => readListing({ format: 'mlsd', text });
const list = (text: string) => readListing({ format: 'list', text });
const names = (entries: Entry[]) => entries.map(({ name }) => name);

describe('a listing by MLSD', () => {
  it('gives type, size, time and identity, in any order and case', () => {
    expect(
      mlsd(
        'Type=file;Size=5;Modify=20260102030405.123;UNIQUE=8U1; a b=c;d.txt\r\n' +
          'modify=20260102030405;perm=flcdmpe;type=dir;unique=8U2; sub\r\n' +
          'type=OS.unix=slink:/etc/passwd;size=1; link\r\n' +
          'type=cdir; .\r\ntype=pdir; ..\r\n',
      ),
    ).toEqual({
      entries: [
        { name: 'a b=c;d.txt', type: 'file', size: 5, time: '20260102030405.123', unique: '8U1' },
        { name: 'sub', type: 'folder', size: undefined, time: '20260102030405', unique: '8U2' },
        { name: 'link', type: 'link', size: 1, time: '' },
      ],
      refused: [],
    });
  });

  it('keeps blanks around a name', () => {
    expect(names(mlsd('type=file;size=1;  a \r\n').entries)).toEqual([' a ']);
  });

  it('takes no size that is none', () => {
    for (const size of ['-1', '1e3', '', 'x', '99999999999999999999'])
      expect(mlsd(`type=file;size=${size}; a\r\n`).entries[0]?.size).toBeUndefined();
  });
});

describe('a listing by LIST', () => {
  it.each([
    ['-rw-r--r--    1 65534    65534           5 Nov 25 03:14 a b.txt', 'a b.txt', 5, 'Nov 25 03:14'],
    ['-rw-r--r--   1 pat  pat   12 Jan  2  2024 éà.txt', 'éà.txt', 12, 'Jan 2 2024'],
    ['-rwxr-xr-x+  1 a very long owner  staff   1 Dec 11 14:35 x', 'x', 1, 'Dec 11 14:35'],
    ['01-16-24  11:14AM                 7 file name', 'file name', 7, '01-16-24 11:14AM'],
    ['-rw-r--r--    1 1 1     5 Nov 25 03:14  leading', ' leading', 5, 'Nov 25 03:14'],
  ])('reads %j', (line, name, size, time) => {
    expect(list(`total 8\r\n${line}\r\n`)).toEqual({
      entries: [{ name, type: 'file', size, time }],
      refused: [],
    });
  });

  it('tells folders and links, and leaves out the folder itself', () => {
    expect(
      list(
        'drwxr-xr-x 2 a b 4096 Nov 25 03:14 .\r\ndrwxr-xr-x 2 a b 4096 Nov 25 03:14 ..\r\n' +
          'drwxr-xr-x 2 a b 4096 Nov 25 03:14 sub\r\nlrwxrwxrwx 1 a b 11 Nov 25 03:14 l -> /etc/passwd\r\n' +
          '01-16-24  11:14AM       <DIR>          windows\r\n',
      ).entries.map(({ name, type }) => [name, type]),
    ).toEqual([
      ['sub', 'folder'],
      ['l', 'link'],
      ['windows', 'folder'],
    ]);
  });

  it('refuses a line that it cannot read, and the name that may go on in it', () => {
    const { entries, refused } = list(
      '-rw-r--r-- 1 a b 5 Nov 25 03:14 fine\r\n-rw-r--r-- 1 a b 5 Nov 25 03:14 first\nsecond half\r\n-rw-r--r-- 1 a b 5 Nov 25 03:14 too\r\n',
    );
    expect(names(entries)).toEqual(['fine', 'too']);
    expect(refused.map(({ name }) => name)).toEqual(['second half', 'first']);
  });
});

/** Text that a hostile server may think of, line breaks and all. */
const anything = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom(
      'type=file;',
      'size=1;',
      ' ',
      '..',
      '/',
      '\\',
      '\r\n',
      '\n',
      '\0',
      'é',
      ';',
      '=',
      'a',
      'drwxr-xr-x',
      '1',
      'Jan 1 2020',
    ),
  }),
);

it('no listing, whatever it says, gives a name that is not safe, or one twice', () => {
  fc.assert(
    fc.property(fc.constantFrom('mlsd' as const, 'list' as const), fc.array(anything), (format, lines) => {
      const { entries } = readListing({ format, text: lines.join('\r\n') });
      for (const { name } of entries) {
        expect(name).not.toMatch(/[/\\\p{Cc}\ufffd]/u);
        expect(['', '.', '..']).not.toContain(name);
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
      }
      expect(new Set(names(entries)).size).toBe(entries.length);
    }),
    { numRuns: 2_000 },
  );
});

it('every safe name comes back from MLSD as it was', () => {
  const safe = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 50 })
    .filter((name) => !/[/\\\p{Cc}\p{Cs}\ufffd]/u.test(name) && name !== '.' && name !== '..');
  fc.assert(
    fc.property(fc.uniqueArray(safe), (all) => {
      const { entries, refused } = mlsd(all.map((name) => `type=file;size=1; ${name}\r\n`).join(''));
      expect(names(entries)).toEqual(all);
      expect(refused).toEqual([]);
    }),
  );
});
