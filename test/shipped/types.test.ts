import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { documentedModules } from '../docs/typescript-modules.ts';
import { installedPackage, project } from './support/package.ts';
import { userEnvironment } from './support/user.ts';

/** What a user's editor says of a configuration, an export and a script, with the installed package alone. */

let installed: string;
beforeAll(async () => {
  installed = await installedPackage();
}, 300_000);

const config = `import { defineConfig, defineKind, z } from 'regie';

const greet = defineKind({
  name: 'greet',
  aliases: [],
  summary: 'Greets',
  settings: z.strictObject({ who: z.string() }),
  every: '1m',
  poll: async () => ({ work: true }),
  work: async ({ db, settings }) => {
    const { rows } = await db.query<{ one: number }>('select 1 as one');
    const one: number = rows[0]?.one ?? 0;
    // @ts-expect-error -- a text
    const who: number = settings.who;
    // @ts-expect-error -- a connection, not just anything
    const connection: number = db;
    return { outcome: 'done', counts: { one, who, connection }, changed: false };
  },
});

export default defineConfig({
  kinds: [greet],
  sources: { own: { type: 'postgres' } },
  // @ts-expect-error -- there is no such destination; types of one's own are objects
  destinations: { out: { type: 'pigeon' } },
  tasks: [{ name: 'svcGreet', kind: 'greet', settings: { who: 'all' } }],
});
`;

/** Types of destinations and sources of one's own. */
const own = `import { defineConfig, defineDestinationType, defineSourceType, z } from 'regie';

const room = defineDestinationType({
  name: 'room',
  settings: z.strictObject({ id: z.number(), title: z.string().default('all') }),
  overrides: { title: z.string() },
  open({ id, title }) {
    const number: number = id;
    // @ts-expect-error -- a text
    const count: number = title;
    return { recipients: () => [title], send: async () => ({ state: 'delivered' }) };
  },
});
defineDestinationType({
  name: 'nobody',
  settings: z.strictObject({}),
  // @ts-expect-error -- there is no such outcome
  open: () => ({ recipients: () => ['all'], send: async () => ({ state: 'sent' }) }),
});
const list = defineSourceType({
  name: 'list',
  settings: z.strictObject({ path: z.string() }),
  resolve: ({ path }) => ({ length: path.length }),
  open: async ({ length }) => {
    const number: number = length;
    return {
      query: async () => ({ names: ['n'], async *batches() { yield [[number]]; } }),
      close: async () => undefined,
    };
  },
});
export default defineConfig({
  sources: { numbers: { type: list, path: 'x' }, own: { type: 'postgres', schema: 'dialler' } },
  destinations: { room: { type: room, id: 1 }, share: { type: 'directory', folder: 'out' } },
});
defineConfig({
  // @ts-expect-error -- a directory has no room
  destinations: { share: { type: 'directory', folder: 'out', room: 1 } },
  // @ts-expect-error -- a number
  sources: { own: { type: 'postgres', port: '5432' } },
});
`;

const module = `import { CsvExport, deliver, type ExportContext, type ProducedFile, type Target } from 'regie';

export const target: Target = { hours: [4, 5], timezone: 'Africa/Dakar' };
export default class Cards extends CsvExport {
  override header = ['id', { name: 'called', type: 'date' }] as const;
  override rows({ source, from }: ExportContext) {
    return source('own').stream('select id, called from card where called = $1', [from]);
  }
  override check(file: ProducedFile) {
    // @ts-expect-error -- a number
    const rows: string = file.rows;
    return deliver();
  }
}
`;

const script = `import { commandOf, connect, controlId, log, run, start, status, stop, type Status } from 'regie/client';

const { client, close } = await connect({ within: 2_000 });
const control = client.workflow.getHandle(controlId('svcGreet'));
await control.signal(stop, { reason: 'holiday', now: true });
// @ts-expect-error -- a text
await control.signal(stop, { reason: 1 });
const after: Status = await control.executeUpdate(start, { args: [{ by: 'me' }] });
await control.executeUpdate(run, { args: [{ once: true, month: '2026-11' }] });
const { lastRun, state } = await control.query(status);
// @ts-expect-error -- one of two texts
const odd: 'paused' = state;
const lines: string[] = await control.query(log);
const flush = commandOf<{ older: string }>('flush');
await control.signal(flush, { older: '2d', by: 'me' });
// @ts-expect-error -- \`older\` is missing
await control.executeUpdate(flush, { args: [{ by: 'me' }] });
console.log(after.nextRun, lastRun?.counts['units'], odd, lines);
await close();
`;

test('declarations need nothing that the package does not bring', async () => {
  const folder = path.join(installed, 'typed');
  mkdirSync(folder);
  writeFileSync(path.join(folder, 'regie.config.ts'), config);
  writeFileSync(path.join(folder, 'own.ts'), own);
  writeFileSync(path.join(folder, 'cards.ts'), module);
  writeFileSync(path.join(folder, 'script.mts'), script);
  // As TypeScript wants it where `import.meta` is used.
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }');
  const example = path.join(installed, 'node_modules/regie/examples/tides');
  cpSync(example, path.join(folder, 'tides'), { recursive: true });
  // Beside the example, of which they import a part: what the documents show.
  for (const { where, code } of documentedModules())
    writeFileSync(path.join(folder, 'tides', `${where.replace(/\W/g, '-')}.ts`), code);
  const compilerOptions = {
    strict: true,
    module: 'nodenext',
    target: 'es2022',
    noEmit: true,
    skipLibCheck: false,
    allowImportingTsExtensions: true,
  };
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
  const tsc = path.join(project, 'node_modules/typescript/bin/tsc');
  const said = await promisify(execFile)(process.execPath, [tsc, '-p', folder], {
    env: userEnvironment(),
  }).catch((error: { stdout: string }) => error);
  expect(said.stdout).toBe('');
});
