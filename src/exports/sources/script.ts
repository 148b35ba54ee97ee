import type { Parameters } from '../api/export-context.ts';
import { meant } from '../api/shown-values.ts';
import type { Statement } from './source-session.ts';

/**
 * Cuts a script into its statements, and puts the server's placeholders in place of `:name`: `$1` where they are numbered, a name being the same
 * placeholder wherever it stands in a statement, else `?`. A statement gets only the parameters that it uses.
 * @throws {Error} for a name without a value, and for a script without any statement.
 */
export function splitScript(script: string, parameters: Parameters, dialect: Dialect): Statement[] {
  const statements: Statement[] = [];
  let building = new Building(parameters, dialect);
  for (const token of tokens(script, dialect)) {
    if (token.kind === 'semicolon') {
      statements.push(...building.done());
      building = new Building(parameters, dialect);
    } else if (token.kind === 'parameter') building.parameter(token.text.slice(1), lineAt(script, token.at));
    else building.text(token.text, token.kind === 'skip');
  }
  statements.push(...building.done());
  if (statements.length === 0) throw new Error('the script holds no statement; expected a select');
  return statements;
}

class Building {
  private readonly given: Parameters;
  private readonly dialect: Dialect;
  private sql = '';
  private empty = true;
  private readonly values: unknown[] = [];
  private readonly placeholders = new Map<string, string>();

  constructor(given: Parameters, dialect: Dialect) {
    this.given = given;
    this.dialect = dialect;
  }

  text(text: string, skip: boolean): void {
    this.sql += text;
    this.empty &&= skip;
  }

  parameter(name: string, line: number): void {
    if (!Object.hasOwn(this.given, name)) {
      const known = Object.keys(this.given);
      throw new Error(
        `line ${line} of the script: there is no value for :${name}${meant(known, name)}; ${known.length === 0 ? 'no parameters are given' : `given are ${known.join(', ')}`}`,
      );
    }
    this.text(this.placeholder(name), false);
  }

  done(): Statement[] {
    return this.empty ? [] : [{ text: this.sql.trim(), parameters: this.values }];
  }

  private placeholder(name: string): string {
    const known = this.dialect.numbered ? this.placeholders.get(name) : undefined;
    if (known !== undefined) return known;
    this.values.push(this.given[name]);
    const made = this.dialect.numbered ? `$${this.values.length}` : '?';
    this.placeholders.set(name, made);
    return made;
  }
}

/** A piece of SQL: `semicolon` ends a statement, `parameter` is `:name`, `skip` is white space and comments, `text` all else, strings whole. */
interface Token {
  kind: 'semicolon' | 'parameter' | 'skip' | 'text';
  text: string;
  /** In the whole text, from 0. */
  at: number;
}

/** What a piece looks like, and what it is. */
type Rule = readonly [RegExp, Token['kind']];

/** How a server reads SQL, as far as statements and parameters go. */
export interface Dialect {
  /** Strings, quoted names and comments; what they do not take is read alike everywhere. */
  rules: readonly Rule[];
  /** What begins something that must be ended, and was not if no rule has taken it. */
  unended: RegExp;
  /** Do comments nest? */
  nests: boolean;
  /** Are placeholders numbered, `$1`? Else they are `?`, in their order. */
  numbered: boolean;
}

const everywhere: readonly Rule[] = [
  // Whole: the `$` of a name begins no string, nor its `e`.
  [/[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|\d\w*/y, 'text'],
  [/\s+/y, 'skip'],
  [/;/y, 'semicolon'],
  // A cast, and an assignment or a named argument.
  [/::|:=/y, 'text'],
  [/:[A-Za-z_]\w*/y, 'parameter'],
];

/**
 * Cuts SQL into pieces, by the rules of the server for strings, quoted names and comments.
 * @throws {Error} for a string or comment without an end, with its line.
 */
function* tokens(sql: string, dialect: Dialect): Generator<Token> {
  let at = 0;
  while (at < sql.length) {
    const token = tokenAt(sql, at, dialect);
    yield token;
    at += token.text.length;
  }
}

function tokenAt(sql: string, at: number, dialect: Dialect): Token {
  const comment = dialect.nests && sql.startsWith('/*', at) ? commentAt(sql, at) : undefined;
  if (comment !== undefined) return { kind: 'skip', text: comment, at };
  for (const [rule, kind] of [...dialect.rules, ...everywhere]) {
    const text = match(rule, sql, at);
    if (text) return { kind, text, at };
  }
  const begun = match(dialect.unended, sql, at);
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
const lineAt = (text: string, at: number) => text.slice(0, at).split('\n').length;
