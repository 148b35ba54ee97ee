import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { dice } from '../../support/killer/seed.ts';
import { filesBelow } from '../support/files-below.ts';
import { openArchiver, sidecar, type Archiver } from './support.ts';
import { runAndKill } from './run-child.ts';

const seeded = dice(import.meta.filename);
const databox = { fields: [{ name: 'Title' }] };
const settings = {
  groupFiles: 6,
  rules: [{ mask: '^(.+)\\.(?:jpg|txt)$', caption: '$1.xml' }, { grouping: '^story' }],
};
const FILES = 240;
const KILLS = 8;
const LONGEST_LIFE_MS = 1_200;

/** Fills a hotfolder; gives what each file holds. */
function fill(archiver: Archiver): Map<string, string> {
  const files = new Map<string, string>();
  const add = (name: string, content: string) => {
    archiver.put(name, content);
    files.set(name, content);
  };
  for (let n = 0; n < FILES; n += 1) {
    const folder = n % 4 === 0 ? 'in/deep/' : n % 4 === 1 ? 'story/' : '';
    // Every tenth is the same as another, every twelfth is taken by no rule.
    add(`${folder}${n}.${n % 12 === 11 ? 'bin' : 'txt'}`, n % 10 === 9 ? `same ${n % 20}` : `content ${n}`);
    if (n % 5 === 2 && n % 12 !== 11) add(`${folder}${n}.xml`, sidecar({ Title: `Title ${n}` }));
  }
  return files;
}

it('killed with -9 again and again, each file is one record, one row of quarantine, or one refused file', async () => {
  const archiver = await openArchiver({ settings, databox });
  try {
    const files = fill(archiver);
    const { url, root } = archiver;
    const random = seeded('kill -9');
    for (let n = 0; n < KILLS; n += 1)
      await runAndKill(
        {
          url,
          root,
          run: `run/child-${n >> 1}`,
          settings: { hotfolder: 'hot', stableFor: 0, ...settings },
          databox,
        },
        LONGEST_LIFE_MS * random(),
      );
    while ((await archiver.run()).outcome === 'waiting') await setTimeout(50);
    await check(archiver, files);
  } finally {
    await archiver.close();
  }
}, 240_000);

async function check(archiver: Archiver, files: ReadonlyMap<string, string>): Promise<void> {
  // Nothing is left, and everything is somewhere, once.
  expect(archiver.files()).toEqual(['story/.grouping.xml']);
  const special = /(?:^|\/)\.(?:phrasea|grouping)\.xml$/;
  const kept = (folder: 'archived' | 'refused') =>
    archiver
      .files(folder)
      .filter((name) => !special.test(name) && !name.endsWith('.error.json'))
      .map((name) => [name, readFileSync(path.join(archiver.folders[folder], name), 'utf8')] as const);
  const refused = [...files].filter(([name]) => name.endsWith('.bin'));
  expect(new Map(kept('refused'))).toEqual(new Map(refused));
  expect(new Map(kept('archived'))).toEqual(new Map([...files].filter(([name]) => !name.endsWith('.bin'))));
  for (const [name] of refused) expect(archiver.reason(name)).toContain('no rule of the task');

  // The sum of bytes in is the sum of bytes kept.
  const taken = [...files].filter(([name]) => name.endsWith('.txt'));
  const bytes = taken.reduce((sum, [, content]) => sum + content.length, 0);
  const [sums] = await archiver.query(
    `select (select coalesce(sum(bytes), 0) from library.record)::int
          + (select coalesce(sum(o.bytes), 0) from library.quarantine q join library.original o using (sha256))::int as bytes,
            (select count(*) from library.record where type = 'record')::int as records,
            (select count(*) from library.quarantine)::int as quarantined`,
  );
  const contents = new Set(taken.map(([, content]) => content));
  expect(sums).toEqual({ bytes, records: contents.size, quarantined: taken.length - contents.size });
  const originals = await archiver.query<{ hash: string }>(
    "select encode(sha256, 'hex') as hash from library.original",
  );
  expect(originals).toHaveLength(contents.size);
  for (const { hash } of originals) {
    const original = path.join(archiver.storage, 'originals', hash.slice(0, 2), hash.slice(2, 4), hash);
    expect(createHash('sha256').update(readFileSync(original)).digest('hex')).toBe(hash);
  }

  // Sidecars went with their files, the story is one.
  const titles = await archiver.query<{ name: string; text: string }>(
    'select r.name, v.text from library.value v join library.record r on r.id = v.record_id',
  );
  for (const { name, text } of titles) expect(text).toBe(`Title ${path.parse(name).name}`);
  const stories = await archiver.query(
    `select (select count(*) from library.record where type = 'story')::int as stories,
            (select count(*) from library.story_member)
            = (select count(*) from library.intake where disposition = 'record' and path like 'story/%') as complete`,
  );
  expect(stories).toEqual([{ stories: 1, complete: true }]);

  // The ledger knows each file once, and nothing is undone.
  const ledger = await archiver.query<{ path: string }>(
    "select path from library.intake where disposition <> 'story' and state = 'done'",
  );
  expect(ledger.map((row) => row.path).sort()).toEqual([...files.keys()].sort());
  expect(await archiver.query("select * from library.intake where state = 'pending'")).toEqual([]);
  const letters = await archiver.query(
    "select subject from regie.incident where state = 'open' and attempts = 1",
  );
  expect(letters).toHaveLength(refused.length);
  expect(filesBelow(archiver.root).filter((name) => name.includes('.regie-'))).toEqual([]);
}
