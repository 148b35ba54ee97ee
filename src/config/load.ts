import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createJiti } from 'jiti';
import type { z } from 'zod';
import { builtInKinds } from '../activities/index.ts';
import { messageOf } from '../task/errors.ts';
import { duration } from './duration.ts';
import { ConfigError, type Fault } from './error.ts';
import { exportTasks } from '../exports/settings.ts';
import { configSchema, taskName, type Config, type Task } from './schema.ts';
import { secretReference } from './secrets.ts';

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
export async function loadConfig(where: { file?: string | undefined; cwd?: string } = {}): Promise<Config> {
  const file = findConfig(where);
  return checkConfig(await importConfig(file), file);
}

async function importConfig(file: string): Promise<unknown> {
  // `import … from 'regie'` must be the running program, wherever the installation's folder lies.
  const jiti = createJiti(import.meta.url, { alias: { regie: indexFile() }, interopDefault: false });
  try {
    return await jiti.import(file, { default: true });
  } catch (error) {
    throw new ConfigError(file, [{ path: '', value: '', message: messageOf(error) }], { cause: error });
  }
}

/** `index.ts` in the sources, `index.js` when compiled. */
function indexFile(): string {
  const folder = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
  return path.join(folder, `index${path.extname(fileURLToPath(import.meta.url))}`);
}

/** Checks what `regie.config.ts` exports. */
export async function checkConfig(input: unknown, file: string): Promise<Config> {
  const parsed = configSchema.safeParse(input);
  if (!parsed.success) throw new ConfigError(file, faultsOf(parsed.error, input, ''));
  const { kinds, exports, tasks: declared = [], ...rest } = parsed.data;
  const tasks = [
    ...declared.map((task, i) => ({ ...task, at: `tasks[${i}]` })),
    ...exportTasks(exports).map((task) => ({ ...task, every: undefined, after: undefined })),
  ];
  const known = new Map([...(await builtInKinds()), ...kinds].map((kind) => [kind.name, kind]));
  const faults: Fault[] = [];
  const checked = tasks.flatMap(({ at, ...task }): Task[] => {
    const kind = known.get(task.kind);
    if (!kind) {
      faults.push({
        path: `${at}.kind`,
        value: JSON.stringify(task.kind),
        message: `unknown kind; expected one of ${[...known.keys()].join(', ')}`,
      });
      return [];
    }
    const settings = kind.settings.safeParse(task.settings);
    if (!settings.success) {
      faults.push(...faultsOf(settings.error, task.settings, `${at}.settings`));
      return [];
    }
    return [
      {
        name: task.name,
        kind,
        aliases: [...new Set([...task.aliases, ...kind.aliases])],
        every: task.every ?? duration(1_000).parse(kind.every),
        ...(task.after === undefined ? {} : { after: task.after }),
        settings: settings.data,
        hash: hashOf(task, ...dependencies(task.kind, rest)),
      },
    ];
  });
  faults.push(...crossCheck(tasks));
  if (faults.length > 0) throw new ConfigError(file, faults);
  return { ...rest, root: path.dirname(file), file, tasks: checked };
}

/** What a task's runs depend on beside its own settings. */
function dependencies(
  kind: string,
  config: Omit<z.output<typeof configSchema>, 'tasks' | 'kinds' | 'exports'>,
): object[] {
  const { weather, library, sources, destinations, exporting } = config;
  return kind === 'export' ? [sources, destinations, exporting] : [weather, library];
}

interface Declared {
  at: string;
  name: string;
  after?: string | undefined;
}

function crossCheck(tasks: readonly Declared[]): Fault[] {
  const faults: Fault[] = [];
  tasks.forEach(({ at, name, after }, i) => {
    if (!taskName.safeParse(name).success)
      faults.push({
        path: `${at}.name`,
        value: JSON.stringify(name),
        message:
          'expected a letter, then letters, digits, `-` or `_`, at most 100: of an export its file is named so',
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
  if (typeof value !== 'string' || !/pass|pwd|secret|token|key$/i.test(name)) return value;
  return secretReference.safeParse(value).success ? value : '…';
}

/** What a task's runs depend on; secrets are references here, so the hash tells nothing about them. */
function hashOf(...parts: object[]): string {
  return createHash('sha256')
    .update(JSON.stringify(parts.map(sorted)))
    .digest('hex');
}

function sorted(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, v]) => [k, sorted(v)]),
  );
}
