import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { describe as describeExport } from '../../../src/exports/host/host.ts';
import { faultOf, installation } from './support.ts';

const header = "import { CsvExport, defineExport } from 'regie';\n";

test.concurrent.for([
  [
    'a mistake of syntax',
    `${header}export default class {\n  header = [1,;\n}`,
    'closed.ts:3: Unexpected token',
  ],
  [
    'a name that regie does not have',
    "import { csvExport } from 'regie';\n\nexport default class extends csvExport {}",
    'closed.ts:3: regie has nothing of the name csvExport; did you mean CsvExport?',
  ],
  [
    'something that is not there',
    `${header}\nconst a = undefined as any;\nexport default a.b.c;`,
    "closed.ts:4: Cannot read properties of undefined (reading 'b')",
  ],
  ['an error', "\nthrow new Error('no', { cause: new Error('idea') });", 'closed.ts:2: no: idea'],
  [
    'a function that a package does not have',
    "import { readFil } from 'node:fs';\nreadFil('x');",
    'closed.ts:2: readFil is not a function',
  ],
  ['an error of several lines', "throw new Error('a\\n  b');", 'closed.ts:1: a b'],
  [
    'a throw of what is no error',
    'throw { code: 7 };',
    'closed.ts: something that is no Error was thrown: {"code":7}',
  ],
  [
    'an error in the constructor',
    `${header}export default class extends CsvExport {\n  constructor() {\n    super();\n    JSON.parse('{');\n  }\n  rows() { return []; }\n}`,
    /^closed\.ts:5: Expected property name/,
  ],
  [
    'a package that is not there',
    "import { a } from 'no-such-package';\nexport default a;",
    "closed.ts:1: Cannot find module 'no-such-package'",
  ],
  ['a module that is not there', "\nimport './gone.ts';\n", "closed.ts:2: Cannot find module './gone.ts'"],
  [
    'no default export',
    `${header}export class Closed extends CsvExport { rows() { return []; } }`,
    'closed.ts: it has no default export; expected a class that inherits from CsvExport or XlsExport, or defineExport({ … })',
  ],
  [
    'a promise that nobody awaited',
    `${header}void Promise.reject(new Error('lost'));\nawait new Promise((done) => setTimeout(done, 5_000));`,
    'closed.ts:2: a promise was rejected, and nothing awaited it: lost',
  ],
  [
    'an error later',
    `${header}setTimeout(() => {\n  throw new Error('late');\n});\nawait new Promise(() => {});`,
    'closed.ts:3: late',
  ],
  [
    'the end of its process',
    `${header}\n\nprocess.exit(3);`,
    'closed.ts:4: it called process.exit(3); an export must not end its process',
  ],
  [
    'an end in another way',
    `${header}process.reallyExit(4);`,
    'closed.ts: its process ended with exit code 4 before it was done',
  ],
  [
    'a fault in its definition',
    `${header}export default defineExport({\n  header: ['id'],\n  rows: () => [],\n  chek: () => 1,\n});`,
    'closed.ts:5: chek: no such property of an export; did you mean check?',
  ],
] as const)('says where and why: %s', async ([, module, expected], { expect }) => {
  const fault = await faultOf(module);
  if (typeof expected === 'string') expect(fault).toBe(expected);
  else expect(fault).toMatch(expected);
});

test.concurrent.for([
  [
    'loops',
    '\nlet n = 0;\nfor (;;)\n  n += 1;',
    'closed.ts:3: loading it took more than 6 s; it was still busy here',
  ],
  [
    'waits for what does not come',
    '\nawait new Promise(() => {});',
    'closed.ts: loading it took more than 6 s; it waits for something that does not come',
  ],
] as const)('ends one that %s', async ([, module, expected], { expect }) => {
  expect(await faultOf(module, { loadWithin: 6_000 })).toBe(expected);
});

test.concurrent.for([
  ['objects', 'const x: object[] = []; for (;;) x.push({ x });'],
  ['buffers', 'const x: Buffer[] = []; for (;;) x.push(Buffer.alloc(1e6, 1));'],
] as const)('ends one that eats memory: %s', async ([, module], { expect }) => {
  expect(await faultOf(module, { memory: 200 })).toBe(
    'closed.ts: it needed more than 200 MB of memory; it must not collect the rows of large tables, or needs a larger memory in the configuration',
  );
});

test.concurrent('names the module beside it in which the fault is', async ({ expect }) => {
  const job = installation("import './lib.ts';", { 'lib.ts': "\n\nthrow new TypeError('boom');" });
  await expect(describeExport(job)).rejects.toThrow('the export closed cannot be loaded: lib.ts:3: boom');
});

test.concurrent('loads what was mended', async ({ expect }) => {
  const job = installation('throw 1;');
  await expect(describeExport(job)).rejects.toThrow('something that is no Error was thrown: 1');
  writeFileSync(job.module, `${header}export default defineExport({ header: ['id'], rows: () => [] });`);
  await expect(describeExport(job)).resolves.toMatchObject({ columns: [{ name: 'id' }] });
});

test('says that there is no such file', async () => {
  const job = installation('');
  await expect(describeExport({ ...job, module: path.join(job.root, 'gone.ts') })).rejects.toMatchObject({
    name: 'BrokenExport',
    type: 'BrokenExport',
    export: 'closed',
    message: 'the export closed cannot be loaded: gone.ts: no such file; the configuration names it',
  });
});
