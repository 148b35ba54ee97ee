import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { childEnvironment } from '../../../src/exports/host/run-child.ts';
import { readLines } from '../../../src/processes/output-lines.ts';
import { placeholderNames, placeholdersOf, spanOf } from '../../../src/exports/period.ts';
import { Secrets } from '../../../src/exports/host/host.ts';
import { lineOf } from '../../../src/exports/host/explain-thrown.ts';

describe('what a file is about', () => {
  test.each([
    ['day', '2026-11-20', { from: '2026-11-19', to: '2026-11-20' }],
    ['day', '2028-03-01', { from: '2028-02-29', to: '2028-03-01' }],
    ['month', '2027-01-01', { from: '2026-12-01', to: '2027-01-01', month: '2026-12' }],
    // Whichever day of it is asked for.
    ['month', '2026-11-20', { from: '2026-10-01', to: '2026-11-01', month: '2026-10' }],
    ['operation', '2026-01-01', { from: '2025-12-31', to: '2026-01-01' }],
  ] as const)('by %s, of %s', (period, businessDay, span) => {
    expect(spanOf({ type: period, businessDay })).toEqual(span);
  });

  test('by day follows on itself, without a gap', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1990-01-01'), max: new Date('2090-01-01'), noInvalidDate: true }),
        (date) => {
          const businessDay = date.toISOString().slice(0, 10);
          const { from, to } = spanOf({ type: 'day', businessDay });
          expect(to).toBe(businessDay);
          expect(Date.parse(to) - Date.parse(from)).toBe(86_400_000);
        },
      ),
    );
  });

  test.each(['day', 'month', 'operation'] as const)('has a value for each placeholder, by %s', (type) => {
    const period = {
      type,
      businessDay: '2026-11-01',
      ...(type === 'operation' ? { operation: 'S3' } : {}),
    };
    const names = Object.keys(placeholdersOf({ name: 'closed', campaign: 'canal' }, period));
    expect(names.sort()).toEqual(placeholderNames(type).sort());
  });

  test('is what names are made of', () => {
    const of = { name: 'closed', campaign: 'CANAL+' };
    expect(placeholdersOf(of, { type: 'month', businessDay: '2027-01-01' })).toEqual({
      ...of,
      yyyy: '2026',
      MM: '12',
      dd: '01',
    });
    expect(placeholdersOf(of, { type: 'operation', businessDay: '2026-11-05', operation: 'S3' })).toEqual({
      ...of,
      yyyy: '2026',
      MM: '11',
      dd: '05',
      segment: 'S3',
    });
  });
});

test('gives the lines of a stream, however it comes in pieces', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.stringMatching(/^[aé€ \t]*$/), { minLength: 1 }),
      fc.array(fc.nat(7), { minLength: 1 }),
      async (lines, cuts) => {
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
        const pieces: Buffer[] = [];
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const next = at + 1 + cuts[i % cuts.length]!;
          pieces.push(bytes.subarray(at, next));
          at = next;
        }
        expect(await linesOf(pieces)).toEqual(lines);
      },
    ),
  );
  expect(await linesOf([Buffer.from('a\r\n\nb')])).toEqual(['a', '', 'b']);
  expect(await linesOf([Buffer.alloc(5_000, 'x'), Buffer.alloc(5_000, 'y'), Buffer.from('\nz')])).toEqual([
    'x'.repeat(1_000),
    'z',
  ]);
});

async function linesOf(pieces: Buffer[]): Promise<string[]> {
  const lines: string[] = [];
  const stream = Readable.from(pieces);
  readLines(stream, (line) => lines.push(line));
  await new Promise((resolve) => stream.once('end', resolve));
  return lines;
}

test('hands on of the environment what programs need, and no more', () => {
  const needed = {
    PATH: '/bin',
    HOME: '/root',
    TZ: 'UTC',
    LANG: 'C',
    LC_ALL: 'C',
    NODE_EXTRA_CA_CERTS: '/ca',
  };
  const others = {
    DATABASE_URL: 'postgres://u:p@h/d',
    TEMPORAL_API_KEY: 'k',
    PGPASSWORD: 'p',
    AWS_SECRET: 's',
    NODE_OPTIONS: '--inspect',
    NODE_CHANNEL_FD: '3',
    MY_PATH: '/x',
  };
  expect(childEnvironment({ ...others, ...needed })).toEqual(needed);
});

test('hides the secrets that it has learnt', () => {
  const secrets = new Secrets();
  secrets.learn({
    host: 'db.example',
    password: 'sesame',
    ssl: { key: 'BEGIN', ca: 'public' },
    token: '',
    port: 5432,
  });
  expect(secrets.hide('sesame at db.example: BEGIN sesame public 5432')).toBe(
    '… at db.example: … … public 5432',
  );
});

test('finds the line on which something is declared', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'regie-test-lines-'));
  const file = path.join(folder, 'a.ts');
  writeFileSync(
    file,
    `// header = []
import { target } from './t';
const headers = 1;
export default class A {
  static readonly target: Target = {};
  override header = [];
  async *rows() {}
  check({ rows }: F): V { return target; }
  csv: Partial<X> = {};
  before?() {}
  'file': 1,
  sheets(context) {},
}`,
  );
  const lines = [
    'header',
    'default',
    'target',
    'rows',
    'check',
    'csv',
    'before',
    'sheets',
    'a.b',
    'after',
  ].map((name) => lineOf(file, name));
  rmSync(folder, { recursive: true });
  expect(lines).toEqual([6, 4, 5, 7, 8, 9, 10, 12, undefined, undefined]);
  expect(lineOf(file, 'header')).toBeUndefined();
});
