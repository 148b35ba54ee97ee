import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CommandRejected } from '../../task/command-rejected.ts';
import { starterModule, starterTest } from './templates.ts';

/** A new export, as files of the installation. */
export interface NewExport {
  /** Its module and its test, relative to the installation's folder. */
  module: string;
  test: string;
  /** What is to be added to `regie.config.ts`. */
  configuration: string;
  /** Runs its test. */
  command: string;
}

/** The rule of a task's name: an export's is its task's. */
const named = /^[A-Za-z][\w-]{0,99}$/;

/**
 * Writes a starter for an export into `exports/` of an installation's folder: a module that works as it is, reading from `source`, and a test of
 * it. Never overwrites.
 * @throws {CommandRejected} when the name will not do or is taken.
 */
export function newExport(root: string, name: string, { source = 'outbound' } = {}): NewExport {
  if (!named.test(name))
    throw new CommandRejected(
      `${JSON.stringify(name)} cannot be the name of an export: expected a letter, then letters, digits, - or _, at most 100, such as closed-cards`,
    );
  const module = path.posix.join('exports', `${name}.ts`);
  const test = path.posix.join('exports', `${name}.test.ts`);
  for (const file of [module, test])
    if (existsSync(path.join(root, file)))
      throw new CommandRejected(`${file} exists already; choose another name, or remove it first`);
  mkdirSync(path.join(root, 'exports'), { recursive: true });
  write(path.join(root, module), starterModule(name, source));
  try {
    write(path.join(root, test), starterTest(name, source));
  } catch (error) {
    rmSync(path.join(root, module));
    throw error;
  }
  return {
    module,
    test,
    configuration: `exports: ['./${module}'],`,
    command: `node --import jiti/register --test ${test}`,
  };
}

/** Fails when somebody made the file meanwhile. */
function write(file: string, text: string): void {
  writeFileSync(file, text, { flag: 'wx' });
}
