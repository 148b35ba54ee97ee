import { z } from 'zod';
import type { Table } from '../files/written.ts';
import type { Description } from '../host/job.ts';
import { defaultFile, placeholderNames } from '../period.ts';
import type { Row } from './cell.ts';
import { checkHeader } from './column.ts';
import type { ExportContext } from './export-context.ts';
import { CsvExport, Export, XlsExport, type Rows, type Sheet } from './export-classes.ts';
import { checked, DefinitionFault, meant, shown } from './shown-values.ts';
import { formatSchema, type FileFormat } from './file-format.ts';
import { targetSchema, type CheckedTarget } from './target.ts';
import type { ProducedFile } from './verdict.ts';

/** An export that was loaded and checked, whichever form it has. */
export interface CheckedExport {
  description: Description;
  before(context: ExportContext): unknown;
  /** Its tables, in the order of the file; the one of a CSV file has no name. */
  tables(context: ExportContext): Promise<Table[]>;
  check(file: ProducedFile, context: ExportContext): unknown;
  after(file: ProducedFile, context: ExportContext): unknown;
  failed(error: unknown, context: ExportContext): unknown;
}

/** What both forms come down to. */
interface Form {
  target: unknown;
  file: unknown;
  header: unknown;
  format: unknown;
  /** How the user calls a property of `format`. */
  formatPath(path: PropertyKey[]): PropertyKey[];
  rows: ((context: ExportContext) => unknown) | undefined;
  sheets: ((context: ExportContext) => unknown) | undefined;
  /** The object whose methods `check` and the hooks are. */
  hooks: Partial<Record<'check' | 'before' | 'after' | 'failed', unknown>>;
}

const properties = [
  'target',
  'file',
  'header',
  'format',
  'rows',
  'sheets',
  'check',
  'before',
  'after',
  'failed',
] as const;

const expected = 'expected a class that inherits from CsvExport or XlsExport, or defineExport({ … })';

/**
 * Reads the export that a module's exports declare: constructs a class, and checks all that can be known before a run.
 * @throws {DefinitionFault} for what the user has to mend; and whatever the class's constructor throws.
 */
export function checkDefinition(exports: Readonly<Record<string, unknown>>, name: string): CheckedExport {
  const form = formOf(exports);
  const target = checkTarget(form.target);
  const { sheet, ...format } = { sheet: '', ...checked(formatSchema, form.format, form.formatPath) };
  checkMethods(form, format);
  // Of `sheets` each brings its own.
  const columns = form.sheets ? [] : checkHeader(form.header);
  const { hooks, rows, sheets } = form;
  return {
    description: {
      target,
      format,
      file: fileOf(form.file, name, target, format),
      columns,
    },
    before: (context) => call(hooks, 'before', context),
    check: (file, context) =>
      hooks.check === undefined ? { verdict: 'deliver' } : call(hooks, 'check', file, context),
    after: (file, context) => call(hooks, 'after', file, context),
    failed: (error, context) => call(hooks, 'failed', error, context),
    async tables(context) {
      if (sheets) return tablesOf(await sheets(context));
      return [{ name: sheet, columns, rows: checkRows(rows!(context), 'rows') }];
    },
  };
}

function formOf(exports: Readonly<Record<string, unknown>>): Form {
  const given = exports['default'];
  if (given === undefined) throw new DefinitionFault(`it has no default export; ${expected}`);
  const made = typeof given === 'function' ? construct(given) : given;
  if (typeof made !== 'object' || made === null || Array.isArray(made) || made instanceof Promise)
    throw new DefinitionFault(`its default export is ${shown(made)}; ${expected}`, 'default');
  const inside = typeof given === 'function' ? (given as { target?: unknown }).target : undefined;
  const own = (made as { target?: unknown }).target;
  return {
    ...(made instanceof Export ? formOfClass(made) : formOfObject(made)),
    target: theTarget(exports, inside ?? own),
  };
}

function construct(given: unknown): unknown {
  const prototype: unknown = (given as { prototype?: unknown }).prototype;
  if (prototype instanceof CsvExport || prototype instanceof XlsExport)
    return new (given as new () => unknown)();
  throw new DefinitionFault(`its default export is ${shown(given)}; ${expected}`, 'default');
}

function formOfClass(made: Export): Omit<Form, 'target'> {
  const both = { file: made.file, header: made.header, hooks: made as Form['hooks'] };
  const rows = (context: ExportContext) => made.rows(context);
  if (made instanceof CsvExport) {
    const csv: unknown = made.csv;
    if (typeof csv !== 'object' || csv === null)
      throw new DefinitionFault(
        `csv: expected an object such as { separator: ',' }, got ${shown(csv)}`,
        'csv',
      );
    return {
      ...both,
      format: { ...csv, type: 'csv' },
      formatPath: ([...path]) => ['csv', ...path],
      rows: typeof made.rows === 'function' ? rows : undefined,
      sheets: undefined,
    };
  }
  const xls = made as XlsExport;
  if (!['xls', 'xlsx'].includes(xls.format))
    throw new DefinitionFault(`format: expected 'xls' or 'xlsx', got ${shown(xls.format)}`, 'format');
  const ownSheets = xls.sheets !== XlsExport.prototype.sheets;
  return {
    ...both,
    format: { type: xls.format, sheet: xls.sheet, headerRow: xls.headerRow },
    formatPath: ([key, ...path]) => [key ?? 'format', ...path],
    rows: !ownSheets && xls.rows !== Export.prototype.rows ? rows : undefined,
    sheets: ownSheets ? (context) => xls.sheets(context) : undefined,
  };
}

function formOfObject(made: object): Omit<Form, 'target'> {
  const definition = made as Record<string, unknown>;
  for (const key of Object.keys(definition))
    if (!(properties as readonly string[]).includes(key))
      throw new DefinitionFault(
        `${key}: no such property of an export${meant(properties, key) || `; expected ${properties.join(', ')}`}`,
        key,
      );
  const method = (key: 'rows' | 'sheets') => {
    if (definition[key] === undefined) return undefined;
    if (typeof definition[key] !== 'function')
      throw new DefinitionFault(`${key}: expected a function, got ${shown(definition[key])}`, key);
    return (context: ExportContext) =>
      (definition[key] as (context: ExportContext) => unknown).call(definition, context);
  };
  return {
    file: definition['file'],
    header: definition['header'],
    format: definition['format'] ?? { type: 'csv' },
    formatPath: (path) => ['format', ...path],
    rows: method('rows'),
    sheets: method('sheets'),
    hooks: definition,
  };
}

function theTarget(exports: Readonly<Record<string, unknown>>, inside: unknown): unknown {
  const beside = exports['target'];
  if (beside !== undefined && inside !== undefined)
    throw new DefinitionFault(
      'it has two targets, one beside the export and one in it; expected one',
      'target',
    );
  if (beside === undefined && inside === undefined) {
    // A target that is overlooked would make it run at the default hours.
    const typo = Object.keys(exports).find((key) => key !== 'default' && meant(['target'], key));
    if (typo !== undefined) throw new DefinitionFault(`it exports ${typo}; did you mean target?`, typo);
  }
  return beside ?? inside ?? {};
}

function checkTarget(target: unknown): CheckedTarget {
  return checked(targetSchema, target, (path) => ['target', ...path]);
}

function checkMethods(form: Form, format: { type: FileFormat['type'] }): void {
  for (const hook of ['check', 'before', 'after', 'failed'] as const)
    if (form.hooks[hook] !== undefined && typeof form.hooks[hook] !== 'function')
      throw new DefinitionFault(`${hook}: expected a function, got ${shown(form.hooks[hook])}`, hook);
  if (form.sheets && form.rows)
    throw new DefinitionFault('it has rows and sheets; expected one of them', 'sheets');
  if (form.sheets && format.type === 'csv')
    throw new DefinitionFault(
      "sheets: a CSV file has none; expected rows, or format: { type: 'xlsx' }",
      'sheets',
    );
  if (!form.sheets && !form.rows)
    throw new DefinitionFault(
      `it has no rows; expected a method rows${format.type === 'csv' ? '' : ', or sheets'}`,
    );
}

function fileOf(file: unknown, name: string, { period }: CheckedTarget, { type }: { type: string }): string {
  if (file === undefined) return defaultFile(name, period, type);
  const template = checked(z.string().min(1), file, () => ['file']);
  const known = placeholderNames(period);
  for (const [, placeholder = ''] of template.matchAll(/\{([^{}]*)\}/g))
    if (!known.includes(placeholder))
      throw new DefinitionFault(
        `file: ${shown(template)} has the unknown placeholder {${placeholder}}; expected one of ${known.map((name) => `{${name}}`).join(', ')}`,
        'file',
      );
  const extension = /\.(csv|xlsx?)$/i.exec(template)?.[1]?.toLowerCase();
  // A program that opens it would go by its name. Of CSV any other name is somebody's custom.
  if (extension === undefined ? type !== 'csv' : extension !== type)
    throw new DefinitionFault(
      `file: ${shown(template)} is to be ${type === 'csv' ? 'a CSV file' : `an .${type} file`}; expected a name that ends in .${type}`,
      'file',
    );
  return template;
}

function tablesOf(sheets: unknown): Table[] {
  if (!Array.isArray(sheets) || sheets.length === 0)
    throw new TypeError(`sheets returned ${shown(sheets)}; expected a list of { name, header, rows }`);
  return (sheets as Partial<Sheet>[]).map((sheet, i) => {
    const at = `sheets[${i}]`;
    if (typeof sheet?.name !== 'string' || sheet.name === '')
      throw new TypeError(`${at}: its name is ${shown(sheet?.name)}; expected a text`);
    return {
      name: sheet.name,
      columns: checkHeader(sheet.header, [at, 'header']),
      rows: checkRows(sheet.rows, `${at}.rows`),
    };
  });
}

function checkRows(rows: unknown, what: string): Rows<Row> {
  const given = rows as Partial<AsyncIterable<Row> & Iterable<Row>> | undefined;
  if (typeof given === 'object' && given !== null && (given[Symbol.asyncIterator] || given[Symbol.iterator]))
    return rows as Rows<Row>;
  throw new TypeError(
    `${what} returned ${shown(rows)}; expected something to iterate over: a list, a stream of a source, or a generator (async *rows)`,
  );
}

function call(hooks: Form['hooks'], name: keyof Form['hooks'], ...args: unknown[]): unknown {
  return (hooks[name] as ((...args: unknown[]) => unknown) | undefined)?.call(hooks, ...args);
}
