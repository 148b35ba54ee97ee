import { fileURLToPath } from 'node:url';
import { defineModule } from '../module/module.ts';
import { register } from './export-commands.ts';

/** Exports: files that are owed, made of databases, checked and delivered. */
export const exports = defineModule({
  name: 'exports',
  kinds: async () => [(await import('./export-kind.ts')).exportKind],
  sections: async () => {
    const { sourcesSection, exportDefaultsSection, destinationsSection, exportsSection } =
      await import('./export-settings.ts');
    return [exportDefaultsSection, sourcesSection, destinationsSection, exportsSection];
  },
  tasks: async (sections) => {
    const { exportsSection, exportTasks } = await import('./export-settings.ts');
    return exportTasks(exportsSection.of({ sections }));
  },
  migrations: fileURLToPath(new URL('../../src/exports/migrations', import.meta.url)),
  commands: register,
  firstLook: async (where) => (await import('./exports-first-look.ts')).lookAtExports(where),
});
