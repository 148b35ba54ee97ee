import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load-config.ts';
import { documentedModules } from './typescript-modules.ts';

/** Configurations that documents show are ones: their settings are checked as a user's are. `test/shipped/types.test.ts` checks the types. */

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(path.join(tmpdir(), 'regie-documents-'))));
afterAll(() => rm(folder, { recursive: true }));

const configurations = documentedModules().filter(({ configures }) => configures);

test('there are some', () => expect(configurations.length).toBeGreaterThan(10));

test.for(configurations)('$where', async ({ where, code }) => {
  // A file is loaded once only, so each has a name of its own.
  const file = path.join(folder, `${where.replace(/\W/g, '-')}.ts`);
  await writeFile(file, code);
  await expect(loadConfig({ file })).resolves.toHaveProperty('tasks');
});
