import { readFileSync, readdirSync, writeFileSync, mkdirSync, copyFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { freePort } from '../../support/ports.ts';
import { at, here, step } from '../support/step.ts';

const library = (...args: string[]) => at.regie(['library', ...args]);
const file = (...names: string[]) => path.join(at.root, ...names);

/** Names of the records of a collection, as the database has them. */
const recordsOf = async (collection: string): Promise<string[]> => {
  const rows = await at.query(
    `select r.name from library.record r join library.collection c on c.id = r.collection_id
     where c.name = '${collection}' and r.trashed_at is null order by r.name`,
  );
  return rows.map(({ name }) => name as string);
};

/** The demo's server fills its folder; the files are taken from there. */
async function demoFiles(): Promise<string> {
  const demo = at.user.start(['demo', 'ftp', '--port', String(await freePort()), '--folder', 'demo']);
  expect(await demo.says('"ready":true')).toMatchObject({ host: '127.0.0.1' });
  expect((await demo.stop()).code).toBe(0);
  return file('demo');
}

step('pull', async () => {
  const folder = await demoFiles();
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.\w+$/.test(name),
  );
  expect(names).toHaveLength(4);
  const ftp = here(at.servers.ftp);
  for (const name of names) ftp.write(`in/${name}`, readFileSync(path.join(folder, name)));
  expect(await at.regie(['run', 'ftp-pull', '--wait'])).toMatchObject({
    outcome: 'done',
    counts: { fetched: 4, deleted: 4 },
  });
  expect(
    readdirSync(path.join(ftp.folder, 'in'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      names.includes(name),
    ),
  ).toEqual([]);
  expect(await at.regie(['run', 'archive', '--wait'])).toMatchObject({
    outcome: 'done',
    counts: { archived: 3 },
  });
  const records = await library('records', '-c', 'Intake', '-f', 'Title');
  // ExifTool read what is embedded, and a sidecar what stands beside.
  expect(records.map(({ fields }: { fields: { Title: string[] } }) => fields.Title[0]).sort()).toEqual([
    'Morning over the bay',
    'Piton des Neiges',
    'The quiet lake in the evening',
  ]);
});

step('batches', async () => {
  const batch = (name: string, manifest: string, files: Record<string, string>) => {
    const folder = file('data/library/batches', name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'manifest.json'), manifest);
    for (const [each, content] of Object.entries(files)) writeFileSync(path.join(folder, each), content);
    writeFileSync(path.join(folder, '.ready'), '');
  };
  const files = [{ path: 'a.txt', name: 'Morning.txt', fields: { Title: 'Morning' } }];
  batch('drop/one', JSON.stringify({ files }), { 'a.txt': 'one' });
  // Two that wait for a decision.
  for (const name of ['wrong', 'lost'])
    batch(`drop/${name}`, JSON.stringify({ collection: 'Nowhere', files }), { 'a.txt': name });
  await at.regie(['run', 'batches', '--wait']);
  expect(JSON.parse(readFileSync(file('data/library/batches/done/one/answer.json'), 'utf8'))).toMatchObject({
    state: 'done',
    records: 1,
  });

  const form = new FormData();
  form.set('collection', 'Old');
  form.set('user', 'bob');
  form.append('file', new Blob(['by HTTP']), 'posted.txt');
  // The same content again: into quarantine.
  form.append('file', new Blob(['one']), 'again.txt');
  form.append('file', new Blob(['one']), 'once more.txt');
  const { url, key } = at.uploads;
  const post = (authorization: string) =>
    fetch(`${url}/batches`, { method: 'POST', headers: { authorization }, body: form });
  expect((await post('Bearer wrong')).status).toBe(401);
  const response = await post(`Bearer ${key}`);
  expect({ status: response.status, ...((await response.json()) as object) }).toMatchObject({
    status: 200,
    user: 'bob',
    files: [
      { record: expect.any(String) },
      { quarantine: expect.any(String) },
      { quarantine: expect.any(String) },
    ],
  });
  expect(await recordsOf('Batches')).toEqual(['Morning.txt']);
  expect(await recordsOf('Old')).toEqual(['posted.txt']);
  // What failed and what waits for a decision stand in one list.
  const wrong = (await at.regie(['incidents', '--task', 'batches'])) as { what: string; state: string }[];
  expect(wrong.map(({ what, state }) => `${what}: ${state}`).sort()).toEqual([
    'failed-files: open',
    'failed-files: open',
    'quarantine: open',
    'quarantine: open',
  ]);
});

step('rules', async () => {
  // Where no FTP server could be had, there are no pictures yet.
  if ('missing' in at.servers.ftp) {
    copyFileSync(
      file('demo/Réunion/piton des neiges.png'),
      file('data/library/hotfolder/piton des neiges.png'),
    );
    await at.regie(['run', 'archive', '--wait']);
  }
  const { rules } = await at.regie(['rules', 'test', 'mover']);
  expect(rules).toMatchObject([{ name: 'to the site' }]);
  writeFileSync(
    file('old.xml'),
    `<tasksettings><tasks><task active="1" name="old" action="update" databoxId="1"><from><type type="RECORD"/><coll compare="=" id="5"/></from><to><status mask="x1xxxx"/></to></task></tasks></tasksettings>`,
  );
  expect(
    await at.regie(['rules', 'import', 'old.xml', '--databox', '1=photos', '--collection', '5=Intake']),
  ).toMatchObject({
    rules: [{ name: 'old', databox: 'photos' }],
    faults: [],
  });
  await at.regie(['run', 'mover', '--wait']);
  expect(await recordsOf('Published')).toEqual(['piton des neiges.png']);
  await at.regie(['run', 'workflow', '--wait']);
  expect(await recordsOf('Published')).toEqual([]);
  expect(await library('records', '-c', 'Archive', '-s', '1xxxx')).toMatchObject([
    { name: 'piton des neiges.png' },
  ]);
  await at.regie(['run', 'emptying', '--wait']);
  expect(await recordsOf('Old')).toEqual([]);
  expect(await library('records', '--trash')).toMatchObject([{ name: 'posted.txt' }]);
  // It has ended for good.
  expect(await at.regie(['status', 'emptying'])).toMatchObject({ state: 'stopped' });
});

step('library', async () => {
  const [{ id }] = await library('records', '-c', 'Batches');
  await library('set', 'Keywords=lake; evening', id);
  await library('status', 'set', '1xxxx', id);
  await library('move', 'Published', id);
  await library('trash', id);
  await library('restore', id);
  expect(await library('record', id)).toMatchObject({ collection: 'Published', name: 'Morning.txt' });

  const [first, second, ...others] = await library('quarantine');
  expect(others).toEqual([]);
  await library('quarantine', 'accept', String(first.id), '--note', 'wanted twice');
  await library('quarantine', 'reject', String(second.id));
  expect(await library('quarantine')).toEqual([]);

  const errors = await library('errors');
  expect(errors).toHaveLength(2);
  await library('errors', 'retry', errors[0].id);
  await library('errors', 'dismiss', errors[1].id, '--note', 'known');
  expect(await library('errors')).toMatchObject([{ id: errors[0].id, state: 'retrying' }]);

  await library('delete', id, '--yes');
  expect(await library('record', id)).toMatchObject({ id, deleted: true });
  expect(await library('verify', '--hash')).toMatchObject({ missing: [], damaged: [] });

  await library('create', 'databox', 'films', '--timezone', 'Europe/Paris');
  await library('create', 'collection', 'Rushes', '-d', 'films', '--status', '1xxxx');
  await library('create', 'field', 'Title', '-d', 'films', '--source', 'XMP-dc:Title');
  await library('create', 'status-bit', '5', 'Online', '-d', 'films', '--on', 'published');
  const databoxes = await library('databoxes');
  expect(databoxes).toMatchObject([
    { name: 'photos' },
    { name: 'films', timezone: 'Europe/Paris', collections: [{ name: 'Rushes' }] },
  ]);
  expect(JSON.stringify(databoxes[1])).toMatch(/XMP-dc:Title.*published/);
});
