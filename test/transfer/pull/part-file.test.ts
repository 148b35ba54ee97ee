import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FileChanged, PartFile } from '../../../src/transfer/pull/part-file.ts';

let folder: string;
let file: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'regie-part-'));
  file = path.join(folder, '1.part');
});
afterAll(() => rmSync(folder, { recursive: true }));

const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex');

/** Sizes around those of blocks, and of what is written at once. */
const size = fc.oneof(
  fc.integer({ min: 0, max: 100 }),
  fc.constantFrom(2 ** 16, 2 ** 16 + 1, 2 ** 20 - 1, 2 ** 20, 2 ** 20 + 1, 3 * 2 ** 20),
  fc.integer({ min: 0, max: 5 * 2 ** 20 }),
);

it('what arrives is what the file has, in whatever pieces and by whichever way', async () => {
  await fc.assert(
    fc.asyncProperty(
      size,
      fc.array(fc.integer({ min: 1, max: 300_000 })),
      fc.nat(),
      fc.boolean(),
      async (bytes, cuts, kept, chunks) => {
        const content = randomBytes(bytes);
        const keep = bytes === 0 ? 0 : kept % (bytes + 1);
        writeFileSync(
          file,
          Buffer.concat([content.subarray(0, keep), Buffer.from(keep > 0 ? 'of an earlier version' : '')]),
        );
        const part = await PartFile.open(file, bytes, 'sha256', keep);
        for (let at = keep, n = 0; at < bytes; n += 1) {
          const next = content.subarray(at, at + (cuts[n] ?? bytes));
          if (chunks) {
            await part.take(next);
            at += next.length;
            continue;
          }
          const landed = next.copy(part.space());
          await part.landed(landed);
          at += landed;
        }
        expect(part.position).toBe(bytes);
        expect(await part.end(new Date(1_500_000_000_000))).toBe(sha256(content));
        await part.sync();
        expect(readFileSync(file).equals(content)).toBe(true);
        expect(statSync(file).mtimeMs).toBe(1_500_000_000_000);
      },
    ),
    { numRuns: 60 },
  );
});

it('more than was listed, or less, is another file', async () => {
  const more = await PartFile.open(file, 3, undefined, 0);
  expect(() => more.take(Buffer.from('four'))).toThrow(FileChanged);
  await more.abandon();
  const less = await PartFile.open(file, 3, undefined, 0);
  await less.take(Buffer.from('12'));
  await expect(less.end(undefined)).rejects.toThrow('sends 2 of the 3 bytes that it listed');
  await less.abandon();
});

it('what has arrived when it is abandoned is there, without a hole', async () => {
  const content = randomBytes(5 * 2 ** 20);
  const part = await PartFile.open(file, 10 * 2 ** 20, undefined, 0);
  await part.take(content);
  await part.abandon();
  expect(readFileSync(file).equals(content)).toBe(true);
});
