/** The module of a new export. The query runs on PostgreSQL and MariaDB alike, and needs no table. */
export function starterModule(name: string, source: string): string {
  return `import { CsvExport, deliver, hold, type ExportContext, type ProducedFile, type Target } from 'regie';

/** When it is due: on working days between 04:00 and 08:00, again every hour while it fails. */
export const target: Target = {
  hours: [4, 5, 6, 7],
  period: 'day',
  timezone: 'UTC',
  retryEvery: '1 hour',
  weekdays: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'],
  // Names of the configuration's \`destinations\`: deliver: ['reporting'],
};

export default class ${classOf(name)} extends CsvExport {
  override file = '${name}_{yyyy}{MM}{dd}.csv';

  // As many titles as the query has columns.
  override header = ['id', 'title', 'day'];

  // What is not said has its default: ';' between cells, UTF-8.
  override csv = { separator: ';' };

  /** The rows, of the day before the business day. Values are bound, never pasted into the SQL. */
  override rows({ source, from }: ExportContext) {
    return source('${source}').script(
      \`select 1 as id, 'replace this query by your own' as title, cast(:day as date) as day\`,
      { day: from },
    );
  }

  /** Looks at the finished file. What is held waits for an operator: \`regie export release ${name}\`, or discard. */
  override check(file: ProducedFile) {
    return file.rows > 0 ? deliver() : hold('there are no rows');
  }
}
`;
}

/** Its test, for Node's own runner: it needs no database and no server. */
export function starterTest(name: string, source: string): string {
  const exported = classOf(name);
  return `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exportContext, producedFile } from 'regie';
import ${exported} from './${name}.ts';

// node --import jiti/register --test exports/${name}.test.ts

test('asks for the day before the business day', async () => {
  const context = exportContext({
    businessDay: '2026-11-20',
    sources: {
      // What the source would answer; called with the text and the parameters of each query.
      ${keyOf(source)}: (_query, parameters) => {
        assert.deepEqual(parameters, { day: '2026-11-19' });
        return [{ id: 1, title: 'one', day: '2026-11-19' }];
      },
    },
  });
  const rows: unknown[] = [];
  for await (const row of new ${exported}().rows(context)) rows.push(row);
  assert.deepEqual(rows, [{ id: 1, title: 'one', day: '2026-11-19' }]);
});

test('has an empty file looked at, and delivers others', () => {
  const made = new ${exported}();
  assert.equal(made.check(producedFile({ rows: 0 })).verdict, 'hold');
  assert.equal(made.check(producedFile({ rows: 3 })).verdict, 'deliver');
});
`;
}

/** Names that the module uses otherwise. */
const taken = new Set(['CsvExport', 'ExportContext', 'ProducedFile', 'Target']);

/** `closed-cards` → `ClosedCards`. */
function classOf(name: string): string {
  const pascal = name
    .split(/[-_]+/)
    .filter(Boolean)
    .map((word) => word[0]!.toUpperCase() + word.slice(1))
    .join('');
  return taken.has(pascal) || pascal in globalThis ? `${pascal}File` : pascal;
}

const keyOf = (text: string) => (/^[A-Za-z_]\w*$/.test(text) ? text : `'${text}'`);
