import { afterAll, beforeAll, expect, test } from 'vitest';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadConfig } from '../../src/config/load-config.ts';

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(path.join(tmpdir(), 'regie-readme-'))));
afterAll(() => rm(folder, { recursive: true }));

test('the kind that the README adds is one', async () => {
  const readme = await readFile(path.join(import.meta.dirname, '..', '..', 'README.md'), 'utf8');
  const code = /```ts\n(\/\/ regie\.config\.ts\n.*?)```/s.exec(readme)?.[1];
  const file = path.join(folder, 'regie.config.ts');
  await writeFile(file, code ?? '');
  const { tasks } = await loadConfig({ file });
  expect(tasks).toMatchObject([
    { name: 'svcGreet', every: 60_000, aliases: ['hello'], settings: { who: 'the night shift' } },
  ]);
  expect(await tasks[0]?.kind.poll({} as never)).toEqual({ work: true });
});
