import { afterAll, beforeAll, expect, test } from 'vitest';
import { ingest } from '../../../src/library/ingest/ingest.ts';
import { findCollection } from '../../../src/library/model/databox.ts';
import { acceptQuarantined, rejectQuarantined } from '../../../src/library/quarantine/decide-quarantine.ts';
import { listQuarantine } from '../../../src/library/quarantine/list-quarantine.ts';
import { readRecord } from '../../../src/library/records/read-records.ts';
import { openLibrary, type TestLibrary } from '../ingest/support.ts';

let library: TestLibrary;

beforeAll(async () => {
  library = await openLibrary({
    collections: { Intake: { status: '1xxxx' }, Second: {} },
    fields: [{ name: 'Name', source: 'File:FileName' }],
  });
});
afterAll(() => library.close());

const who = { by: 'me@here' };

/** Takes a file in; gives what became of it. */
async function take(name: string, content: string) {
  const { db, databox, store, reader, collection } = library;
  const file = library.put(name, content);
  const [disposition] = await ingest(db, { databox, store, reader }, [{ file, name, collection }], {
    task: 'archive',
  });
  return disposition!;
}

async function takeTwice(content: string): Promise<{ record: string; quarantine: string }> {
  const first = await take(`${content}.txt`, content);
  const second = await take(`${content} again.txt`, content);
  if (first.what !== 'record' || second.what !== 'quarantine')
    throw new Error(`${first.what}, ${second.what}: expected record, quarantine`);
  return { record: first.record, quarantine: second.quarantine };
}

test('an accepted duplicate becomes a record of its own, once', async () => {
  const { record, quarantine } = await takeTwice('one');
  expect(await listQuarantine(library.db)).toMatchObject([
    { id: quarantine, name: 'one again.txt', task: 'archive', reasons: [{ check: 'sha256', record }] },
  ]);
  const made = await acceptQuarantined(library.db, library.store, quarantine, who, {
    collection: findCollection(library.databox, 'Second')!,
    note: 'another print',
  });
  const [first, second] = [await readRecord(library.db, record), await readRecord(library.db, made)];
  expect(second).toMatchObject({
    collection: 'Second',
    name: 'one again.txt',
    status: 0b10000n,
    sha256: first!.sha256,
    values: [{ field: 'Name', texts: ['one again.txt'] }],
    events: [{ what: 'created', by: 'me@here' }],
  });
  await expect(acceptQuarantined(library.db, library.store, quarantine, who)).rejects.toThrow(
    `was accepted before by me@here, as record ${made}`,
  );
  await expect(rejectQuarantined(library.db, library.store, quarantine, who)).rejects.toThrow(
    /accepted before/,
  );
  expect(await listQuarantine(library.db)).toEqual([]);
});

test('a rejected one lets its original go, unless a record has it', async () => {
  const { quarantine, record } = await takeTwice('two');
  const { sha256 } = (await readRecord(library.db, record))!;
  await rejectQuarantined(library.db, library.store, quarantine, who, 'twice');
  expect(library.store.has(sha256!)).toBe(true);
  expect((await listQuarantine(library.db, { all: true }))[0]).toMatchObject({
    id: quarantine,
    state: 'rejected',
    closedBy: 'me@here',
    note: 'twice',
    record: null,
  });
  await expect(acceptQuarantined(library.db, library.store, quarantine, who)).rejects.toThrow(
    /rejected before/,
  );

  const other = await takeTwice('three');
  const hash = (await readRecord(library.db, other.record))!.sha256!;
  await library.db.query('delete from library.record where id = $1', [other.record]);
  await rejectQuarantined(library.db, library.store, other.quarantine, who);
  expect(library.store.has(hash)).toBe(false);
});

test('one that there is not is said so', async () => {
  await expect(acceptQuarantined(library.db, library.store, '999999', who)).rejects.toThrow(
    /There is no quarantine 999999/,
  );
});
