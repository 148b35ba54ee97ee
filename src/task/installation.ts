import type { Sections } from './section.ts';

/** The checked configuration of one installation, as a task of it sees it. */
export interface Installation {
  /** Folder of `regie.config.ts`; relative paths in settings start here. */
  root: string;
  /** The file itself. */
  file: string;
  installation: string;
  /** How long the run ledger and trace lines are kept, milliseconds. */
  keepRuns: number;
  /** What modules have a section for, by its key, checked: read it by `section.of(config)`. */
  sections: Sections;
  /** Where modules keep the SQL of their tables, in the order in which it is run. */
  migrations: readonly MigrationFolder[];
}

/** The tables of a module. */
export interface MigrationFolder {
  /** Its name. */
  module: string;
  /** Absolute path of the folder with its files, `0001_base.sql` and so on. */
  folder: string;
}
