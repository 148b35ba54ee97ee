import { statSync } from 'node:fs';
import path from 'node:path';
import type { Module } from '../module/module.ts';
import { builtInModules } from '../modules.ts';
import { messageOf } from '../task/errors.ts';
import type { Section } from '../task/section.ts';
import { inTime } from '../task/in-time.ts';
import { ConfigError, faultAt, faultOfValue, type Fault } from './error.ts';
import { baseSchema } from './config-schema.ts';

/** A word, as it is part of the name of a table. */
const moduleName = /^[a-z][a-z0-9_]{0,39}$/;

/**
 * The modules that a configuration brings, checked by shape: they are code of users.
 * @throws ConfigError with every fault.
 */
export function ownModules(input: unknown, file: string): readonly Module[] {
  const given = (input as { modules?: unknown } | null | undefined)?.modules;
  // What is no array is told with the rest of the configuration.
  if (!Array.isArray(given)) return [];
  const names = new Set(['regie', ...builtInModules.map(({ name }) => name)]);
  const faults = given.flatMap((module, i) =>
    faultsOf(module, names).map((fault) => faultAt(`modules[${i}]`, fault)),
  );
  if (faults.length > 0) throw new ConfigError(file, faults);
  return given as Module[];
}

/** @param names those that are taken; gets the module's own. */
function faultsOf(module: unknown, names: Set<string>): Fault[] {
  if (typeof module !== 'object' || module === null)
    return [{ path: '', value: String(module), message: 'expected a module: defineModule({ name, … })' }];
  const { name, kinds, sections, tasks, migrations, commands, checks, beside, firstLook } = module as Record<
    keyof Module,
    unknown
  >;
  const faults: Fault[] = [];
  const refuse = (where: string, value: unknown, message: string) =>
    faults.push(faultOfValue(where, value, message));
  if (typeof name !== 'string' || !moduleName.test(name))
    refuse('name', name, 'expected a lower-case word of letters, digits and `_`, at most 40');
  else if (names.has(name)) refuse('name', name, 'another module has this name');
  else names.add(name);
  for (const [key, value] of Object.entries({ kinds, sections, checks }))
    if (value !== undefined && !Array.isArray(value) && !(key !== 'checks' && typeof value === 'function'))
      refuse(
        key,
        value,
        key === 'checks' ? 'expected a list of functions' : 'expected a list, or a function that gives one',
      );
  for (const [key, value] of Object.entries({ tasks, commands, beside, firstLook }))
    if (value !== undefined && typeof value !== 'function') refuse(key, value, 'expected a function');
  if (migrations !== undefined && !isFolder(migrations))
    refuse('migrations', migrations, 'expected the absolute path of a folder that is there');
  const unknown = Object.keys(module).filter((key) => !known.has(key));
  if (unknown.length > 0)
    refuse('', unknown.join(', '), `not of a module; it may have ${[...known].join(', ')}`);
  return faults;
}

const known = new Set<string>([
  'name',
  'kinds',
  'sections',
  'tasks',
  'migrations',
  'commands',
  'checks',
  'beside',
  'firstLook',
] satisfies (keyof Module)[]);

function isFolder(value: unknown): boolean {
  return (
    typeof value === 'string' &&
    path.isAbsolute(value) &&
    statSync(value, { throwIfNoEntry: false })?.isDirectory() === true
  );
}

/** The sections of modules, in their order. What is wrong with one is added to `faults`. */
export async function sectionsOf(modules: readonly Module[], faults: Fault[]): Promise<readonly Section[]> {
  const found: Section[] = [];
  for (const [i, module] of modules.entries()) {
    const path = placeOf(module, i);
    const refuse = (value: string, message: string) =>
      faults.push({ path: `${path}.sections`, value, message });
    for (const section of await given(module.sections, (words) => refuse('', words))) {
      const key: unknown = (section as Section | undefined)?.key;
      if (typeof key !== 'string' || section.schema === undefined)
        refuse(typeof section, 'expected defineSection(key, schema)');
      else if (key in baseSchema.shape || found.some((other) => other.key === key))
        refuse(key, 'that key of the configuration is taken');
      else found.push(section);
    }
  }
  return found;
}

/** Where a module stands: `modules[0]`; of a built-in one its name. */
export function placeOf({ name }: Module, i: number): string {
  return i < builtInModules.length ? name : `modules[${i - builtInModules.length}]`;
}

/** How long a function of a module may take, ms. */
const WITHIN = 10_000;

/** A list of a module's, or what its function gives; nothing, and a word, where that fails. */
export async function given<T>(
  list: readonly T[] | (() => Promise<readonly T[]>) | undefined,
  refuse: (words: string) => void,
): Promise<readonly T[]> {
  if (typeof list !== 'function') return list ?? [];
  try {
    const found: unknown = await inTime(WITHIN, list(), `it returned nothing within ${WITHIN / 1_000} s`);
    if (Array.isArray(found)) return found as T[];
    refuse(`its function gave ${typeof found}; expected a list`);
  } catch (error) {
    refuse(`its function failed: ${messageOf(error)}`);
  }
  return [];
}
