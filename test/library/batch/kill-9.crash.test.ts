import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { dice } from '../../support/killer/seed.ts';
import { openUploads, type Uploads } from './support.ts';

const seeded = dice(import.meta.filename);
const child = fileURLToPath(new URL('child.ts', import.meta.url));
const BATCHES = 12;
const FILES = 25;
const KILLS = 6;
const SOON_MS = 30;

let at: Uploads;
afterEach(() => at.close());

/** Begins a run in a process of its own and kills it, without a warning, so many ms after its `steps`th step. */
async function runAndKill(settings: object, run: string, steps: number, ms: number): Promise<void> {
  const { url, root } = at;
  const process = spawn('node', ['--import', 'tsx', child, JSON.stringify({ url, root, settings, run })], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = once(process, 'exit');
  const lines = createInterface(process.stdout);
  let seen = 0;
  const reached = new Promise<void>((resolve) => {
    lines.on('line', () => ++seen === steps && resolve());
  });
  // One that has no such step ends by itself.
  await Promise.race([reached, gone]);
  await setTimeout(ms);
  process.kill('SIGKILL');
  await gone;
}

it.each([true, false])(
  'a run killed with -9 again and again makes of each file one record, and loses none (keepDone: %s)',
  async (keepDone) => {
    const settings = { databox: 'press', stableFor: 0, embedded: false, groupFiles: 4, keepDone };
    at = await openUploads(settings);
    for (let batch = 0; batch < BATCHES; batch += 1) {
      const names = Array.from({ length: FILES }, (_, file) => `${file}.txt`);
      const entries = names.map((name) => `<file path="${name}" name="${batch}-${name}"/>`);
      // One of them is missing in every third batch.
      const there = names.filter((_, file) => batch % 3 !== 0 || file !== 7);
      at.drop(`batch ${batch}`, {
        'manifest.xml': `<batch user="anna" collection="photos">${entries.join('')}</batch>`,
        ...Object.fromEntries(there.map((name) => [name, `content of ${batch}/${name}`])),
        '.ready': '',
      });
    }
    const random = seeded(`keepDone ${keepDone}`);
    for (let n = 0; n < KILLS; n += 1)
      await runAndKill(settings, `run/child-${n >> 1}`, 1 + ((n * 5) % 13), SOON_MS * random());
    while ((await at.run()).outcome === 'waiting') await setTimeout(50);

    const lost = Math.ceil(BATCHES / 3);
    const [counts] = await at.query(
      `select count(*)::int as records, count(distinct name)::int as names, count(distinct sha256)::int as contents,
              (select count(*)::int from library.event) as events, (select count(*)::int from library.quarantine) as again,
              (select count(*)::int from library.batch where state = 'done') as done,
              (select count(*)::int from regie.incident where state = 'open' and attempts = 1) as letters
       from library.record`,
    );
    const records = BATCHES * FILES - lost;
    expect(counts).toEqual({
      records,
      names: records,
      contents: records,
      events: records,
      again: 0,
      done: BATCHES - lost,
      letters: lost,
    });
    expect(at.files('drop')).toEqual([]);
    expect(readdirSync(at.folders.work)).toEqual([]);
    for (let batch = 0; batch < BATCHES; batch += 1) {
      const failed = batch % 3 === 0;
      const place = `${failed ? 'failed' : 'done'}/batch ${batch}`;
      const answer = at.answer(place);
      expect(answer).toMatchObject({ records: failed ? FILES - 1 : FILES, failed: failed ? 1 : 0 });
      expect(answer.files.map(({ index }) => index)).toEqual(Array.from({ length: FILES }, (_, n) => n));
      const left = readdirSync(path.join(path.dirname(at.folders.drop), place));
      expect(left).toHaveLength(keepDone ? (failed ? FILES - 1 : FILES) + 3 : 3);
    }
  },
);
