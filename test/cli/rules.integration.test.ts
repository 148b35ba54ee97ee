import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { many, openLibrary, put, readAll, type TestLibrary } from '../library/rules/support.ts';
import { commandInstallation, type CommandInstallation } from '../support/command-installation.ts';

let library: TestLibrary;
let installation: CommandInstallation;
let ids: string[];

beforeAll(async () => {
  library = await openLibrary();
  installation = commandInstallation(
    library.url,
    `{
      installation: 'test',
      library: { databoxes: { Press: { timezone: 'Europe/Paris', collections: { Later: {} } } } },
      tasks: [
        { name: 'expire', kind: 'recordMover', settings: { rules: [
          { name: 'publish', action: 'update', databox: 'Press',
            from: { collection: { compare: '=', collections: ['Inbox'] } }, to: { collection: 'Online' } },
          { name: 'mark', action: 'update', databox: 'Press',
            from: { collection: { compare: '=', collections: ['Online'] } }, to: { status: '1xxxx' } },
          { name: 'soon', action: 'update', databox: 'Press', to: { collection: 'Later' }, maxAffected: 3 },
          { name: 'lost', action: 'trash', databox: 'Press', from: { text: [{ field: 'Autor', compare: '=', value: 'x' }] } },
          { name: 'aside', action: 'trash', databox: 'Press', active: false, from: { status: '1xxxx' } },
        ] } },
        { name: 'old', kind: 'recordMover', settings: { rulesFile: 'old.xml' } },
        { name: 'work', kind: 'workflow01', settings: { databox: 'Press', from: { collection: 'Inbox' }, to: { collection: 'Archive' } } },
        { name: 'gone', kind: 'emptyCollection', settings: { databox: 'Press', collection: 'Online' } },
        { name: 'obs', kind: 'loadJson' },
      ],
    }`,
  );
  ids = await put(library.db, library.press, [...many(12, {}), { collection: 'Online' }]);
});
afterAll(async () => {
  installation.remove();
  await library.close();
});

const regie = (...args: string[]) => installation.regie('rules', ...args);

test('counts what each rule would change upon what the former ones leave, names the first, changes nothing', async () => {
  const before = await readAll(library.db);
  const said = await regie('test', 'EXPIRE');
  expect(said).toMatchObject({ code: 0, err: '' });
  const lines = said.out.split('\n').map((line) => line.split(/ {2,}/).filter(Boolean));
  expect(lines.slice(0, 6)).toEqual([
    ['RULE', 'WOULD CHANGE', 'HOW', 'FIRST'],
    ['publish', '12', '12 moved', `${ids.slice(0, 10).join(' ')} …`],
    ['mark', '13', '13 status', `${ids.slice(0, 10).join(' ')} …`],
    ['soon', '-', 'held back', 'it would change 13 records, more than maxAffected, which is 3'],
    ['lost', '-', 'disabled', 'databox Press has no field "Autor"; did you mean Author?'],
    ['aside', '-', 'not active', '-'],
  ]);
  expect(said.out).toContain('Nothing was changed. 2 of the rules would do nothing');
  expect(await readAll(library.db)).toEqual(before);
  // Not even the collection that the configuration declares is made.
  const { rowCount } = await library.db.query("select from library.collection where name = 'Later'");
  expect(rowCount).toBe(0);
});

test('answers as JSON', async () => {
  expect((await regie('test', 'work', '--json')).json()).toEqual({
    task: 'work',
    rules: [
      {
        name: 'workflow',
        what: 'done',
        affected: 12,
        moved: 12,
        status: 0,
        trashed: 0,
        deleted: 0,
        first: ids.slice(0, 10),
      },
    ],
  });
  expect((await regie('test', 'gone', '--json')).json()).toMatchObject({
    rules: [{ name: 'empty', trashed: 1, first: [ids[12]] }],
  });
});

test('says what it waits for, and which tasks have no rules', async () => {
  expect(await regie('test', 'old')).toMatchObject({
    code: 1,
    err: `old waits: no rules file ${path.join(installation.root, 'old.xml')}.\n`,
  });
  expect(await regie('test', 'obs')).toMatchObject({ code: 2, err: expect.stringContaining('has no rules') });
  expect(await regie('test', 'nothing')).toMatchObject({ code: 4 });
});

const xml = `<tasksettings><tasks>
  <task active="1" name="online" action="update" databoxId="3"><from><coll compare="=" id="5,Inbox"/></from><to><coll id="9"/></to></task>
</tasks></tasksettings>`;

test('import prints settings, with ids mapped', async () => {
  const file = path.join(installation.root, 'rules.xml');
  writeFileSync(file, xml);
  const flags = ['--databox', '3=Press', '--collection', '5=Online', '--collection', '9=12'];
  const said = await regie('import', file, ...flags);
  expect(said).toMatchObject({ code: 0, err: '' });
  expect(said.out).toContain('// From rules.xml.');
  expect(said.out).toContain("collection: { compare: '=', collections: ['Online', 'Inbox'] }");
  const rule = {
    name: 'online',
    action: 'update',
    databox: 'Press',
    from: { type: 'RECORD', collection: { compare: '=', collections: ['Online', 'Inbox'] } },
    to: { collection: 12 },
  };
  expect((await regie('import', file, ...flags, '--json')).json()).toEqual({
    rules: [rule],
    faults: [],
    remarks: [expect.stringContaining('takes no stories')],
  });
});

test('import tells what it could not read', async () => {
  const file = path.join(installation.root, 'bad.xml');
  writeFileSync(file, xml.replace('compare="="', 'compare="is"'));
  const said = await regie('import', file);
  expect(said).toMatchObject({ code: 1, err: '1 of 1 rules could not be read.\n' });
  expect(said.out).toContain('// "online" is left out: bad.xml, line 2, column');
  writeFileSync(file, '<!DOCTYPE x><tasksettings/>');
  expect(await regie('import', file)).toMatchObject({
    code: 1,
    err: expect.stringContaining('bad.xml, line 1, column 1: it has a DOCTYPE'),
  });
  expect(await regie('import', 'nowhere.xml')).toMatchObject({
    code: 2,
    err: 'There is no file nowhere.xml.\n',
  });
  expect(await regie('import', file, '--databox', '3')).toMatchObject({ code: 2 });
});

test('a file of old rules is what a task carries out', async () => {
  writeFileSync(
    path.join(installation.root, 'old.xml'),
    xml.replaceAll('databoxId="3"', 'databoxId="Press"').replace('id="9"', 'id="Archive"').replace('5,', ''),
  );
  expect((await regie('test', 'old', '--json')).json()).toMatchObject({
    rules: [{ name: 'online', what: 'done', moved: 12 }],
  });
});
