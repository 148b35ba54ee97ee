import { builtInModules } from '../../src/modules.ts';
import type { MigrationFolder } from '../../src/task/installation.ts';

/** Where the built-in modules keep their tables. */
export const builtInMigrations: MigrationFolder[] = builtInModules.map(({ name, migrations }) => ({
  module: name,
  folder: migrations!,
}));
