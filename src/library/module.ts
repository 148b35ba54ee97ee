import { fileURLToPath } from 'node:url';
import { defineModule } from '../module/module.ts';
import { register } from './commands.ts';

/** The media library: files become records, which are kept, found, marked and moved. */
export const library = defineModule({
  name: 'library',
  kinds: async () => [
    (await import('./archive/kind.ts')).archive,
    (await import('./batch/kind.ts')).batchUpload,
    (await import('./empty/kind.ts')).emptyCollection,
    (await import('./rules/kind.ts')).recordMover,
    (await import('./workflow/kind.ts')).workflow01,
  ],
  sections: async () => [(await import('./settings.ts')).librarySection],
  migrations: fileURLToPath(new URL('../../src/library/migrations', import.meta.url)),
  commands: register,
  checks: [
    async (context) => (await import('./checks.ts')).checkExifTool(context),
    async (context) => (await import('./checks.ts')).checkWriters(context),
  ],
  firstLook: async (where) => (await import('./first-look.ts')).lookAtLibrary(where),
});
