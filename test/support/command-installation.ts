import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { command, type Said } from './command.ts';

/** A folder with a `regie.config.ts`, and the database that commands find by DATABASE_URL until it is removed. */
export interface CommandInstallation {
  root: string;
  /** `regie …`, in this installation. */
  regie(...args: string[]): Promise<Said>;
  remove(): void;
}

/** `config`: the object that the configuration exports, as TypeScript. */
export function commandInstallation(url: string, config: string): CommandInstallation {
  const root = mkdtempSync(path.join(tmpdir(), 'regie-command-'));
  const file = path.join(root, 'regie.config.ts');
  writeFileSync(file, `export default ${config};`);
  const before = process.env.DATABASE_URL;
  process.env.DATABASE_URL = url;
  return {
    root,
    regie: (...args) => command(['--config', file, ...args]),
    remove() {
      if (before === undefined) delete process.env.DATABASE_URL;
      else process.env.DATABASE_URL = before;
      rmSync(root, { recursive: true });
    },
  };
}
