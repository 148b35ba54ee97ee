import type { ResolvedSource } from './resolve.ts';

/** A piece of SQL: `semicolon` ends a statement, `parameter` is `:name`, `skip` is white space and comments, `text` all else, strings whole. */
export interface Token {
  kind: 'semicolon' | 'parameter' | 'skip' | 'text';
  text: string;
  /** In the whole text, from 0. */
  at: number;
}

const both = [
  [/\s+/y, 'skip'],
  [/;/y, 'semicolon'],
  // A cast, and an assignment or a named argument.
  [/::|:=/y, 'text'],
  [/:[A-Za-z_]\w*/y, 'parameter'],
] as const;

// Whole: the `$` of a name begins no string, nor its `e`.
const word = [/[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|\d\w*/y, 'text'] as const;

const rules = {
  postgres: [
    [/--[^\n]*/y, 'skip'],
    [/[eE]'[^'\\]*(?:(?:''|\\[^])[^'\\]*)*'/y, 'text'],
    [/'[^']*(?:''[^']*)*'/y, 'text'],
    [/"[^"]*(?:""[^"]*)*"/y, 'text'],
    [/(\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$)[^]*?\1/y, 'text'],
    word,
    ...both,
  ],
  mariadb: [
    [/(?:--(?=\s|$)|#)[^\n]*/y, 'skip'],
    // What the server runs though it looks like a comment.
    [/\/\*M?![^]*?\*\//y, 'text'],
    [/\/\*[^]*?\*\//y, 'skip'],
    [/'[^'\\]*(?:(?:''|\\[^])[^'\\]*)*'/y, 'text'],
    [/"[^"\\]*(?:(?:""|\\[^])[^"\\]*)*"/y, 'text'],
    [/`[^`]*(?:``[^`]*)*`/y, 'text'],
    word,
    ...both,
  ],
} as const;

/** What begins something that must be ended, and was not if no rule has taken it. */
const unended = { postgres: /['"]|\/\*|\$(?:[A-Za-z_]\w*)?\$/y, mariadb: /['"`]|\/\*/y };

/**
 * Cuts SQL into pieces, by the rules of the server for strings, quoted names and comments.
 * @throws {Error} for a string or comment without an end, with its line.
 */
export function* tokens(sql: string, type: ResolvedSource['type']): Generator<Token> {
  let at = 0;
  while (at < sql.length) {
    const token = tokenAt(sql, at, type);
    yield token;
    at += token.text.length;
  }
}

function tokenAt(sql: string, at: number, type: ResolvedSource['type']): Token {
  // Comments of PostgreSQL nest.
  const comment = type === 'postgres' && sql.startsWith('/*', at) ? commentAt(sql, at) : undefined;
  if (comment !== undefined) return { kind: 'skip', text: comment, at };
  for (const [rule, kind] of rules[type]) {
    const text = match(rule, sql, at);
    if (text) return { kind, text, at };
  }
  const begun = match(unended[type], sql, at);
  if (begun)
    throw new Error(`line ${lineAt(sql, at)} of the script: what begins with ${begun} there has no end`);
  return { kind: 'text', text: sql[at]!, at };
}

function match(rule: RegExp, sql: string, at: number): string | undefined {
  rule.lastIndex = at;
  return rule.exec(sql)?.[0];
}

function commentAt(sql: string, at: number): string | undefined {
  let depth = 0;
  const mark = /\/\*|\*\//g;
  mark.lastIndex = at;
  for (let found = mark.exec(sql); found; found = mark.exec(sql)) {
    depth += found[0] === '/*' ? 1 : -1;
    if (depth === 0) return sql.slice(at, mark.lastIndex);
  }
  return undefined;
}

/** The line, from 1, on which a place of a text lies. */
export const lineAt = (text: string, at: number) => text.slice(0, at).split('\n').length;
