import { withTodaysNames, type Renamed } from './former-names.ts';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createJiti } from 'jiti';
import { z } from 'zod';
import { taskSchema } from '../module/task-input.ts';
import { builtInModules } from '../modules.ts';
import { duration } from '../settings/duration.ts';
import { identifier } from '../settings/identifier.ts';
import { secretReference } from '../settings/secrets.ts';
import type { Task } from '../task/config.ts';
import { messageOf } from '../task/errors.ts';
import type { Kind } from '../task/kind.ts';
import type { Section, Sections } from '../task/section.ts';
import { ConfigError, type Fault } from './error.ts';
import { gatherKinds } from './gather-kinds.ts';
import { given, ownModules, placeOf, sectionsOf } from './gather-modules.ts';
import { baseSchema, type LoadedConfig } from './config-schema.ts';

const fileName = 'regie.config.ts';

/**
 * Finds `regie.config.ts`: the file given, else `REGIE_CONFIG`, else the nearest one from the working
 * directory upwards. Throws `ConfigError` when there is none.
 */
function findConfig({ file, cwd = process.cwd() }: { file?: string | undefined; cwd?: string } = {}): string {
  const named = file ?? process.env['REGIE_CONFIG'];
  if (named) {
    const found = path.resolve(cwd, named);
    if (existsSync(found)) return found;
    throw new ConfigError(found, [
      { path: '', value: '', message: `no such file; ${file ? '--config' : 'REGIE_CONFIG'} names it` },
    ]);
  }
  for (let folder = path.resolve(cwd); ; folder = path.dirname(folder)) {
    const found = path.join(folder, fileName);
    if (existsSync(found)) return found;
    if (folder === path.dirname(folder))
      throw new ConfigError(path.join(cwd, fileName), [
        {
          path: '',
          value: '',
          message: 'no such file here or in a folder above; go to the installation, or name it with --config',
        },
      ]);
  }
}

/** Loads and checks the configuration. Throws `ConfigError` naming every fault: path, value, what was expected. */
export async function loadConfig(
  where: { file?: string | undefined; cwd?: string } = {},
): Promise<LoadedConfig> {
  const file = findConfig(where);
  return checkConfig(await importConfig(file), file);
}

async function importConfig(file: string): Promise<unknown> {
  // `import … from 'regie'` must be the running program, wherever the installation's folder lies.
  const jiti = createJiti(import.meta.url, {
    alias: { 'regie/client': publicFile('client'), regie: publicFile('index') },
    interopDefault: false,
  });
  try {
    return await jiti.import(file, { default: true });
  } catch (error) {
    throw new ConfigError(file, [{ path: '', value: '', message: messageOf(error) }], { cause: error });
  }
}

/** `index.ts` in the sources, `index.js` when compiled. */
function publicFile(name: string): string {
  const folder = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
  return path.join(folder, `${name}${path.extname(fileURLToPath(import.meta.url))}`);
}

/** Checks what `regie.config.ts` exports. Throws `ConfigError` with every fault. */
export async function checkConfig(exported: unknown, file: string): Promise<LoadedConfig> {
  const modules = [...builtInModules, ...ownModules(exported, file)];
  const faults: Fault[] = [];
  const sections = await sectionsOf(modules, faults);
  const { given: input, renamed } = withTodaysNames(formerKeys(sections), exported);
  const base = withSections(sections).safeParse(input);
  if (!base.success) faults.push(...faultsOf(base.error, input, ''));
  const checked = checkSections(sections, input, faults);
  if (!base.success || faults.length > 0) throw new ConfigError(file, faults);

  const { installation, keepRuns, tasks: declared = [], kinds: own } = base.data;
  const kinds = await gatherKinds(
    modules,
    own,
    sections.map(({ key }) => key),
    faults,
  );
  if (faults.length > 0) throw new ConfigError(file, faults);
  const stated = await Promise.all(
    modules.map((module, i) =>
      given(module.tasks && (async () => (await module.tasks?.(checked)) ?? []), (message) =>
        faults.push({ path: `${placeOf(module, i)}.tasks`, value: '', message }),
      ),
    ),
  );
  if (faults.length > 0) throw new ConfigError(file, faults);
  if (base.data.tasks === undefined && stated.flat().length === 0)
    throw new ConfigError(file, [{ path: 'tasks', value: '', message: 'expected array of tasks' }]);
  const tasks: Declared[] = [
    ...declared.map((task, i) => ({ ...task, at: `tasks[${i}]` })),
    // Their names are checked with those of all others.
    ...stated
      .flat()
      .map(({ at, ...task }) => ({ ...taskSchema.extend({ name: z.string() }).parse(task), at })),
  ];
  const found = tasks.flatMap((task) => checkTask(task, kinds, { checked, renamed }, faults) ?? []);
  faults.push(...crossCheck(tasks));
  if (faults.length > 0) throw new ConfigError(file, faults);
  const migrations = modules.flatMap(({ name, migrations: folder }) =>
    folder === undefined ? [] : { module: name, folder },
  );
  return {
    installation,
    keepRuns,
    sections: checked,
    root: path.dirname(file),
    file,
    migrations,
    modules,
    tasks: found,
  };
}

/** Sections are checked by themselves: here only that there is no other key. */
function withSections(sections: readonly Section[]): typeof baseSchema {
  const others = Object.fromEntries(sections.map(({ key }) => [key, z.unknown().optional()]));
  return baseSchema.extend(others) as unknown as typeof baseSchema;
}

/** Checks each section that a module has; what depends on others after those. */
function checkSections(sections: readonly Section[], input: unknown, faults: Fault[]): Sections {
  const given = (typeof input === 'object' && input !== null ? input : {}) as Record<string, unknown>;
  const checked: Record<string, unknown> = {};
  for (const { key, schema } of sections) {
    const result = attempt(() =>
      (typeof schema === 'function' ? schema(checked) : schema).safeParse(given[key]),
    );
    if (typeof result === 'string') {
      faults.push({ path: key, value: '', message: `the schema of this section failed: ${result}` });
      break;
    }
    if (!result.success) {
      faults.push(...faultsOf(result.error, given[key], key));
      // Those after it may depend on it: each fault is told once.
      break;
    }
    checked[key] = result.data;
  }
  return checked;
}

/** What a schema says, which is code of users; the words of what it throws. */
function attempt<T>(check: () => T): T | string {
  try {
    return check();
  } catch (error) {
    return messageOf(error);
  }
}

/** The task as workers have it; undefined when it has a fault. */
function checkTask(
  { at, ...task }: Declared,
  kinds: ReadonlyMap<string, Kind>,
  { checked: sections, renamed: ofSections }: { checked: Sections; renamed: readonly Renamed[] },
  faults: Fault[],
): Task | undefined {
  const kind = kinds.get(task.kind);
  if (!kind) {
    faults.push({
      path: `${at}.kind`,
      value: JSON.stringify(task.kind),
      message: `unknown kind; expected one of ${[...kinds.keys()].sort().join(', ')}`,
    });
    return undefined;
  }
  const { given, renamed } = withTodaysNames(kind.formerSettings ?? {}, task.settings);
  const settings = attempt(() =>
    (typeof kind.settings === 'function' ? kind.settings(sections) : kind.settings).safeParse(given),
  );
  if (typeof settings === 'string') {
    faults.push({
      path: `${at}.settings`,
      value: '',
      message: `the settings of the kind ${kind.name} failed: ${settings}`,
    });
    return undefined;
  }
  if (!settings.success) {
    faults.push(...faultsOf(settings.error, given, `${at}.settings`));
    return undefined;
  }
  return {
    name: task.name,
    kind,
    aliases: [...new Set([...task.aliases, ...kind.aliases])],
    every: task.every ?? duration(1_000).parse(kind.every),
    ...(task.after === undefined ? {} : { after: task.after }),
    settings: settings.data,
    ...renamedOf([
      ...renamed.map(({ old, name }): Renamed => ({ old: `settings.${old}`, name: `settings.${name}` })),
      ...ofSections.filter(({ name }) => kind.dependsOn?.includes(name)),
    ]),
    hash: hashOf({ ...task, settings: given }, ...(kind.dependsOn ?? []).map((key) => sections[key])),
  };
}

const formerKeys = (sections: readonly Section[]) =>
  Object.fromEntries(
    sections.flatMap(({ key, formerKey }) => (formerKey === undefined ? [] : [[formerKey, key]])),
  );

function renamedOf(renamed: readonly Renamed[]): Pick<Task, 'renamed'> {
  if (renamed.length === 0) return {};
  return { renamed: renamed.map(({ old, name }) => `${old} is called ${name} now; please rename it`) };
}

/** A declared task, and where it stands. */
type Declared = z.output<typeof taskSchema> & { at: string };

function crossCheck(tasks: readonly Declared[]): Fault[] {
  const faults: Fault[] = [];
  tasks.forEach(({ at, name, after }, i) => {
    if (!identifier.safeParse(name).success)
      faults.push({
        path: `${at}.name`,
        value: JSON.stringify(name),
        message:
          'expected a letter, then letters, digits, `-` or `_`, at most 100; a task that is named after a file needs such a file name',
      });
    const twin = tasks.findIndex((t) => t.name.toLowerCase() === name.toLowerCase());
    if (twin < i)
      faults.push({
        path: `${at}.name`,
        value: JSON.stringify(name),
        message: `${tasks[twin]!.at} has the same name; names are compared without case`,
      });
    if (after !== undefined && (after === name || !tasks.some((t) => t.name === after)))
      faults.push({
        path: `${at}.after`,
        value: JSON.stringify(after),
        message: `expected the name of another task: ${tasks
          .filter((t) => t.name !== name)
          .map((t) => t.name)
          .join(', ')}`,
      });
  });
  return faults;
}

function faultsOf(error: z.ZodError, input: unknown, prefix: string): Fault[] {
  return error.issues.map((issue) => ({
    path: pathText(prefix, issue.path),
    value: valueText(
      issue.path.reduce<unknown>(
        (value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key],
        input,
      ),
      issue.path.at(-1),
    ),
    message: issue.message,
  }));
}

function pathText(prefix: string, keys: PropertyKey[]): string {
  const text = keys.reduce<string>(
    (at, key) => (typeof key === 'number' ? `${at}[${key}]` : `${at}.${String(key)}`),
    prefix,
  );
  return text.replace(/^\./, '');
}

function valueText(value: unknown, name?: PropertyKey): string {
  const shown = hideSecrets(String(name ?? ''), value);
  const text = shown === undefined ? '' : (JSON.stringify(shown, hideSecrets) ?? typeof shown);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

/** Faults are printed and logged, and what is no reference where one is expected may be the secret itself. */
function hideSecrets(name: string, value: unknown): unknown {
  if (typeof value === 'object' && value !== null) return isPlain(value) ? value : value.constructor.name;
  if (typeof value !== 'string' || !/pass|pwd|secret|token|key$/i.test(name)) return value;
  return secretReference.safeParse(value).success ? value : '…';
}

/** What a task's runs depend on; secrets are references here, so the hash tells nothing about them. */
function hashOf(...parts: unknown[]): string {
  return createHash('sha256')
    .update(JSON.stringify(parts.map(sorted)))
    .digest('hex');
}

function sorted(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value === 'function') return `function ${value.name}`;
  if (typeof value !== 'object' || value === null) return value;
  // A schema, say, of a format that the configuration brings: its inside is none of the configuration's.
  if (!isPlain(value)) return value.constructor.name;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, v]) => [k, sorted(v)]),
  );
}

/** An object that the configuration itself has written, or a list. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  return Array.isArray(value) || prototype === Object.prototype || prototype === null;
}
