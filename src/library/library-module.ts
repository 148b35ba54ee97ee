import { fileURLToPath } from 'node:url';
import { defineModule } from '../module/module.ts';
import { register } from './library-commands.ts';

/** The media library: files become records, which are kept, found, marked and moved. */
export const library = defineModule({
  name: 'library',
  kinds: async () => [
    (await import('./archive/archive-kind.ts')).archive,
    (await import('./batch/batch-upload-kind.ts')).batchUpload,
    (await import('./empty/empty-collection-kind.ts')).emptyCollection,
    (await import('./rules/record-mover-kind.ts')).recordMover,
    (await import('./workflow/workflow-kind.ts')).workflow01,
  ],
  sections: async () => [(await import('./library-settings.ts')).librarySection],
  migrations: fileURLToPath(new URL('../../src/library/migrations', import.meta.url)),
  commands: register,
  checks: [
    async (context) => (await import('./library-checks.ts')).checkExifTool(context),
    async (context) => (await import('./library-checks.ts')).checkWriters(context),
  ],
  firstLook: async (where) => (await import('./library-first-look.ts')).lookAtLibrary(where),
});
