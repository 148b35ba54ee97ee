import { readFileSync } from 'node:fs';
import { DefinitionFault } from '../api/shown-values.ts';
import type { SourceLocation } from './host-messages.ts';
import { locationIn } from './source-location.ts';

/** Where jiti found a fault of syntax: `ParseError: Unexpected token \n /exports/a.ts:4:14`. */
const SYNTAX = /^(?:\w*Error: )?(.*?)\s*\n\s*(.+):(\d+):\d+\s*$/s;
/** A promise was rejected, and nothing awaited it. */
export class Unawaited extends Error {
  constructor(reason: unknown) {
    super('a promise was rejected, and nothing awaited it', { cause: reason });
    // Where it was noticed is of no use.
    this.stack = '';
  }
}

/** What was thrown, in words, and the line of the user's from where it was. */
export function explain(error: unknown): { message: string; location?: SourceLocation } {
  const syntax = error instanceof Error && !/^\s*at /m.test(error.stack ?? '') && SYNTAX.exec(error.message);
  if (error instanceof DefinitionFault) return { message: error.message };
  if (syntax) return { message: syntax[1]!, location: { file: syntax[2]!, line: Number(syntax[3]) } };
  const location = locationOf(error);
  return { message: wordsOf(error), ...(location ? { location } : {}) };
}

/** The innermost line of the user's on the stack of an error, or of one of its causes. */
function locationOf(error: unknown): SourceLocation | undefined {
  if (!(error instanceof Error)) return undefined;
  return locationIn(error.stack ?? '') ?? locationOf(error.cause);
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return `something that is no Error was thrown: ${shown(error)}`;
  // Node adds who required what; the place says that.
  const [message = ''] = error.message.split('\nRequire stack:');
  // An imported name as jiti writes it: `(0 , _nodeFs.readFil) is not a function`.
  const own = message.replaceAll(/\(0 , _\w+\.(\w+)\)/g, '$1') || error.name;
  const parts = error instanceof AggregateError ? error.errors.map(wordsOf) : [];
  const cause = error.cause instanceof Error ? [wordsOf(error.cause)] : [];
  return [...new Set([own, ...parts, ...cause])].join(': ');
}

function shown(value: unknown): string {
  try {
    return (typeof value === 'string' ? value : JSON.stringify(value)) ?? String(value);
  } catch {
    return typeof value;
  }
}

/**
 * The line of a module on which a property is declared, as far as its text tells: `header = …`, `header: …`, `export const target …`,
 * `async *rows(…)`. From 1; undefined when nothing looks like it.
 */
export function lineOf(file: string, property: string | undefined): number | undefined {
  if (property === undefined) return undefined;
  const name = property.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  const declared =
    property === 'default'
      ? /^\s*export default\b/
      : new RegExp(
          String.raw`^\s*(?:export\s+)?(?:(?:const|let|static|readonly|override|public|async)\b\s*)*\*?\s*${name}\s*[?!]?\s*[=:({]`,
        );
  const line = read(file).findIndex((text) => declared.test(text));
  return line === -1 ? undefined : line + 1;
}

function read(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    return [];
  }
}
