import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Parameters } from '../../../src/exports/api/export-context.ts';
import { mariadb } from '../../../src/exports/sources/mariadb/mariadb-source.ts';
import { postgres } from '../../../src/exports/sources/postgres/postgres-source.ts';

const splitScript = (script: string, parameters: Parameters, type: 'postgres' | 'mariadb') =>
  ({ postgres, mariadb })[type].split!(script, parameters);

const texts = (script: string, type: 'postgres' | 'mariadb' = 'postgres', parameters = { day: 1, end: 2 }) =>
  splitScript(script, parameters, type).map(({ text }) => text);

test.each([
  ["select ';', 'it''s;'", "'a;b'"],
  ['select ";"";"', '";"'],
  ['select $$;$$, $a$;$$;$a$', '$$ $$'],
  [String.raw`select E'\';', e'a\\'`, "E'a'"],
  ['select 1 -- ; :day\n', '1'],
  ['select /* ; /* ; */ ; */ 1', '1'],
  ['select a$b$ from t', 'c'],
])('of PostgreSQL keeps %s whole', (statement, next) => {
  expect(texts(`${statement}; select ${next};`)).toEqual([statement.trim(), `select ${next}`]);
});

test.each([
  [String.raw`select '\';', "\";"`],
  ['select `;``;`'],
  ['select 1 # ; :day'],
  ['select 1 -- ; :day'],
  ['select /* ; /* ; */ 1'],
  ['/*!40101 select 1 */'],
])('of MariaDB keeps %s whole', (statement) => {
  expect(texts(`${statement}\n; select $$ 2;`, 'mariadb')).toEqual([statement, 'select $$ 2']);
});

test('puts placeholders in place of names', () => {
  const script = "select :day, x::day, ':day', :end, :day; select a[1:2], :end";
  expect(splitScript(script, { day: 'd', end: 'e', other: 'o' }, 'postgres')).toEqual([
    { text: "select $1, x::day, ':day', $2, $1", parameters: ['d', 'e'] },
    { text: 'select a[1:2], $1', parameters: ['e'] },
  ]);
  expect(splitScript("select :day, @x := :end, ':day', :day", { day: 'd', end: 'e' }, 'mariadb')).toEqual([
    { text: "select ?, @x := ?, ':day', ?", parameters: ['d', 'e', 'd'] },
  ]);
});

test.each([
  [
    'select 1;\nselect :dya',
    'line 2 of the script: there is no value for :dya; did you mean day?; given are day, end',
  ],
  ["select 1;\n\nselect 'a", "line 3 of the script: what begins with ' there has no end"],
  ['select /* 1', 'line 1 of the script: what begins with /* there has no end'],
  ['select $a$ 1', 'line 1 of the script: what begins with $a$ there has no end'],
  [' ; -- nothing\n;', 'the script holds no statement; expected a select'],
])('refuses %j', (script, sentence) => {
  expect(() => texts(script)).toThrow(sentence);
});

test('loses nothing of what it cuts', () => {
  const piece = fc.constantFrom(
    "'a;'",
    '"b;"',
    '$$;$$',
    '--;\n',
    '/*;*/',
    '::',
    'x',
    '1',
    ' ',
    ':',
    '(',
    '$1',
    "e'\\';'",
  );
  fc.assert(
    fc.property(fc.array(fc.array(piece, { minLength: 1 }), { minLength: 1 }), (statements) => {
      const joined = statements.map((pieces) => `select ${pieces.join(' ')}`.trim());
      expect(texts(joined.join('\n;'))).toEqual(joined);
    }),
  );
});
