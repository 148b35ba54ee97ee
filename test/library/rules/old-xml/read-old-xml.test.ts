import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { printSettings } from '../../../../src/library/rules/old-xml/print.ts';
import { readRules } from '../../../../src/library/rules/old-xml/read-old-xml.ts';
import { moverSettings } from '../../../../src/library/rules/rule-settings.ts';

const none = { databoxes: {}, collections: {} };
const read = (xml: string, meanings: Parameters<typeof readRules>[2] = none) =>
  readRules(Buffer.from(xml), 'old.xml', meanings);
const file = (...tasks: string[]) => `<?xml version="1.0" encoding="UTF-8"?>
<tasksettings>
<tasks>
${tasks.join('\n')}
</tasks>
</tasksettings>`;

/** An update with clauses of its own. */
const update = (from: string, to = '<status mask="x1xxxx"/>') =>
  file(`<task active="1" name="r" action="update" databoxId="1"><from>${from}</from><to>${to}</to></task>`);

/** What becomes of the only rule of a file. */
function only(xml: string): unknown {
  const { rules } = read(xml);
  expect(rules).toHaveLength(1);
  const [rule] = rules;
  return 'fault' in rule! ? rule.fault : rule!.input;
}

/** The printed members of an object, as TypeScript has them. */
const evaluate = (members: string) =>
  JSON.parse(JSON.stringify(runInNewContext(`({${members}})`))) as unknown;

/** A workflow as the old documentation describes it: with comments, a period, both names of the databox. */
const documented = `<?xml version="1.0" encoding="UTF-8"?>
<tasksettings>
  <period>10</period>
  <logsql>0</logsql>
  <!-- rights -->
  <tasks>
    // as some files have it
    <comment>keep offline what is not due yet</comment>
    <task active="1" name="offline" action="update" sbas_id="1">
      <from>
        <date direction="before" field="ONLINE"/>
        <date direction="after" field="#createdate"/>
      </from>
      <to><comment>bit 4</comment><status mask="x1xxxx"/></to>
    </task>
    <task active="1" name="archive" action="update" databoxId="1">
      <from>
        <type type="STORY"/>
        <coll compare="!=" id="5, Old ,7"/>
        <date direction="after" field="ARCHIVE" delta="-10"/>
        <text field="City" compare="&lt;=" value="Paris &amp; &quot;more&quot;"/>
        <status mask="1x0xxxx"/>
      </from>
      <to><coll id="9"/><status mask="00xxxx"/></to>
    </task>
    <task active="0" name="archive" action="delete" deletechildren="0" databoxId="1">
      <from><coll compare="=" id="9"/><date direction="after" field="#moddate" delta="+90"/></from>
    </task>
    <task active="1" action="trash" databoxId="Films">
      <from><text field="City" compare="=" value=""/></from><to/>
    </task>
  </tasks>
</tasksettings>`;

test('the documented form: every clause, with its ids mapped or kept', () => {
  const { rules, remarks } = read(documented, {
    databoxes: { 1: 'Press' },
    collections: { 5: 'Online', 7: 12 },
  });
  expect(rules.map((rule) => ('input' in rule ? rule.input : rule))).toEqual([
    {
      name: 'offline',
      action: 'update',
      databox: 'Press',
      from: {
        type: 'RECORD',
        date: [
          { field: 'ONLINE', direction: 'before' },
          { field: '#created', direction: 'after' },
        ],
      },
      to: { status: 'x1xxxx' },
    },
    {
      name: 'archive',
      action: 'update',
      databox: 'Press',
      from: {
        type: 'STORY',
        collection: { compare: '!=', collections: ['Online', 'Old', 12] },
        date: [{ field: 'ARCHIVE', direction: 'after', delta: -10 }],
        text: [{ field: 'City', compare: '<=', value: 'Paris & "more"' }],
        status: '1x0xxxx',
      },
      to: { collection: 9, status: '00xxxx' },
    },
    {
      name: 'archive (2)',
      action: 'delete',
      databox: 'Press',
      active: false,
      from: {
        type: 'RECORD',
        collection: { compare: '=', collections: [9] },
        date: [{ field: '#modified', direction: 'after', delta: 90 }],
      },
    },
    {
      name: 'rule 4',
      action: 'trash',
      databox: 'Films',
      from: { type: 'RECORD', text: [{ field: 'City', compare: '=', value: '' }] },
    },
  ]);
  expect(remarks).toEqual([
    "its period is 10: say so with the task's `every`",
    expect.stringContaining('a rule without <type> takes no stories'),
    'the ids of collections are those of the file: they must mean the same here',
  ]);
});

test('what is printed are settings that mean the same', () => {
  const found = read(documented);
  const printed = printSettings(found, 'old.xml');
  const { settings } = evaluate(printed) as { settings: unknown };
  expect(moverSettings.parse(settings).rules).toEqual(
    found.rules.flatMap((rule) => ('rule' in rule ? rule.rule : [])),
  );
  expect(printed.split('\n').every((line) => line.length <= 120)).toBe(true);
});

test.each(["it's", 'a "b"', `it's "both"`, 'back\\slash', 'new\nline', '${x} `y`', '\u2028', '😀'])(
  'a text is printed as it is: %j',
  (value) => {
    const xml = update(`<text field="A" compare="=" value="${escape(value)}"/>`);
    const { settings } = evaluate(printSettings(read(xml), 'old.xml')) as {
      settings: { rules: { from: { text: { value: string }[] } }[] };
    };
    expect(settings.rules[0]!.from.text[0]!.value).toBe(value);
  },
);

const escape = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;').replaceAll('\n', '&#10;');

describe('a rule that cannot be read is none, says where and why, and the others are read', () => {
  test.each<[string, string]>([
    ['<text field="A" compare="~" value="x"/>', '<text>: "~" is not known; expected =, !=, <, >, <=, >='],
    ['<text field="A" value="x"/>', '<text>: it has no compare'],
    ['<text compare="=" value="x"/>', '<text>: it has no field'],
    ['<text field="A" compare="="/>', '<text>: it has no value'],
    ['<text field="A" compare="=" value="x" lang="fr"/>', 'the attribute lang is not known'],
    ['<date field="A" direction="later"/>', '"later" is not known; expected before, after'],
    ['<date field="A"/>', '<date>: it has no direction'],
    ['<date field="A" direction="after" delta="2 weeks"/>', 'delta is "2 weeks"; expected days'],
    ['<date field="A" direction="after" delta="1.5"/>', 'delta is "1.5"; expected days'],
    ['<date field="A" direction="after" delta="999999999"/>', 'from.date.0.delta'],
    ['<coll id="1"/>', '<coll>: it has no compare'],
    ['<coll compare="in" id="1"/>', '"in" is not known; expected =, !='],
    ['<coll compare="=" id=""/>', 'id is ""; expected ids'],
    ['<coll compare="=" id="1,,2"/>', 'id is "1,,2"; expected ids'],
    ['<coll compare="=" id="1"/><coll compare="!=" id="2"/>', 'a second <coll>; expected one'],
    ['<status mask="12xxxx"/>', 'expected a status mask'],
    [`<status mask="${'x'.repeat(65)}"/>`, 'expected a status mask of at most 64 characters'],
    ['<status/>', '<status>: it has no mask'],
    ['<type type="record"/>', '"record" is not known; expected RECORD, STORY'],
    ['<is_set field="A"/>', '<is_set> is not known; expected type, text, date, coll, status'],
    ['<number field="A" compare="=" value="1"/>', '<number> is not known'],
  ])('%s', (from, words) => {
    const good = '<task active="1" name="good" action="update" databoxId="1"><to><coll id="2"/></to></task>';
    const { rules } = read(
      file(
        `<task active="1" name="r" action="update" databoxId="1"><from>${from}</from><to><coll id="2"/></to></task>`,
        good,
      ),
    );
    expect(rules).toMatchObject([
      { name: 'r', fault: expect.stringContaining(words) },
      { name: 'good', rule: {} },
    ]);
    expect((rules[0] as { fault: string }).fault).toMatch(/^old\.xml, line 4, column \d+: /);
  });

  test.each<[string, string]>([
    [update('<coll compare="=" id="1"/>', ''), 'expected a collection, or a status mask'],
    [update('<coll compare="=" id="1"/>', '<status mask="xxxx"/>'), 'else it changes nothing'],
    [update('', '<text field="A" value="x"/>'), '<text> is not known; expected coll, status'],
    [update('', '<coll id="1"/><coll id="2"/>'), 'a second <coll>'],
    [update('', '<coll compare="=" id="1"/>'), 'the attribute compare is not known; expected id'],
    [file('<task active="1" name="r" action="move" databoxId="1"/>'), 'action "move" is not known'],
    [file('<task active="1" name="r" databoxId="1"/>'), 'action'],
    [file('<task active="yes" name="r" action="trash" databoxId="1"/>'), 'active is "yes"; expected 0 or 1'],
    [file('<task name="r" action="trash" databoxId="1"/>'), 'active is missing'],
    [file('<task active="1" name="r" action="trash"/>'), 'it names no databox'],
    [
      file('<task active="1" name="r" action="trash" databoxId="1" dry="1"/>'),
      'the attribute dry is not known',
    ],
    [
      file(
        '<task active="1" name="r" action="delete" deletechildren="1" databoxId="1"><from><coll compare="=" id="1"/></from></task>',
      ),
      'the members of a story are not deleted with it',
    ],
    [
      file(
        '<task active="1" name="r" action="trash" databoxId="1"><from><coll compare="=" id="1"/></from><to><coll id="2"/></to></task>',
      ),
      'it has a <to>, which the action trash does not know',
    ],
    [
      file('<task active="1" name="r" action="delete" databoxId="1"/>'),
      'without one the rule would take every record',
    ],
    [
      file(
        '<task active="1" name="r" action="delete" databoxId="1"><from><status mask="xxxx"/></from></task>',
      ),
      'every record',
    ],
    [
      file('<task active="1" name="r" action="trash" databoxId="1"><from><type type="STORY"/></from></task>'),
      'every record',
    ],
    [
      file('<task active="1" name="r" action="update" databoxId="1"><if/></task>'),
      '<if> is not known; expected from, to',
    ],
    [
      file('<task active="1" name="r" action="update" databoxId="1"><from/><from/></task>'),
      'a second <from>',
    ],
    [file('<tsk/>'), '<tsk> below <tasks> is not known'],
  ])('%#: %s', (xml, words) => {
    expect(only(xml)).toContain(words);
  });
});

describe('a file that is no such XML is refused as a whole', () => {
  test.each<[string, string]>([
    ['<!DOCTYPE t [<!ENTITY a "b">]><tasksettings/>', 'it has a DOCTYPE'],
    ['<tasksettings><tasks>', 'old.xml, line 1'],
    ['<settings/>', 'its root element is <settings>; expected <tasksettings>'],
    ['<tasksettings/>', 'it has 0 elements <tasks>'],
    ['<tasksettings><tasks/><tasks/></tasksettings>', 'it has 2 elements <tasks>'],
    [
      '<tasksettings><simulate>1</simulate><tasks/></tasksettings>',
      '<simulate> below <tasksettings> is not known',
    ],
    [`<tasksettings>${' '.repeat(2 ** 20)}</tasksettings>`, 'expected at most'],
    ['&amp;', 'old.xml'],
  ])('%#', (xml, words) => {
    expect(() => read(xml)).toThrow(words);
  });
});

test('names are made such that rules can be told apart by them', () => {
  const task = (name: string) =>
    `<task active="1" name="${name}" action="update" databoxId="1"><to><coll id="2"/></to></task>`;
  const { rules } = read(
    file(task('a&#10;b'), task('a b'), task(' '), task('😀'.repeat(300)), task('😀'.repeat(300))),
  );
  expect(rules.every((rule) => 'rule' in rule)).toBe(true);
  expect(rules.map(({ name }) => name)).toEqual([
    'a b',
    'a b (2)',
    'rule 3',
    '😀'.repeat(190),
    `${'😀'.repeat(190)} (2)`,
  ]);
});

test('what is quoted from the file cannot leave its comment', () => {
  const name = 'a&#10;}; evil(); //&#13;&#x2028;';
  const printed = printSettings(read(file(`<task name="${name}"/>`)), 'old.xml\nevil()');
  for (const line of printed.split(/[\n\r\u2028\u2029]/))
    expect(line.trimStart()).not.toMatch(/^(?:evil|\};)/);
});
