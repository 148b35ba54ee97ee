import { meant } from '../api/faults.ts';
import type { Parameters } from '../api/context.ts';
import { lineAt, tokens } from './lexer.ts';
import type { ResolvedSource } from './resolve.ts';
import type { Statement } from './session.ts';

/**
 * Cuts a script into its statements, and puts the server's placeholders in place of `:name`: `$1` for PostgreSQL, where a name is the same
 * placeholder wherever it stands in a statement, `?` for MariaDB. A statement gets only the parameters that it uses.
 * @throws {Error} for a name without a value, and for a script without any statement.
 */
export function splitScript(
  script: string,
  parameters: Parameters,
  type: ResolvedSource['type'],
): Statement[] {
  const statements: Statement[] = [];
  let building = new Building(parameters, type);
  for (const token of tokens(script, type)) {
    if (token.kind === 'semicolon') {
      statements.push(...building.done());
      building = new Building(parameters, type);
    } else if (token.kind === 'parameter') building.parameter(token.text.slice(1), lineAt(script, token.at));
    else building.text(token.text, token.kind === 'skip');
  }
  statements.push(...building.done());
  if (statements.length === 0) throw new Error('the script holds no statement; expected a select');
  return statements;
}

class Building {
  private readonly given: Parameters;
  private readonly type: ResolvedSource['type'];
  private sql = '';
  private empty = true;
  private readonly values: unknown[] = [];
  private readonly placeholders = new Map<string, string>();

  constructor(given: Parameters, type: ResolvedSource['type']) {
    this.given = given;
    this.type = type;
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
    const known = this.type === 'postgres' ? this.placeholders.get(name) : undefined;
    if (known !== undefined) return known;
    this.values.push(this.given[name]);
    const made = this.type === 'postgres' ? `$${this.values.length}` : '?';
    this.placeholders.set(name, made);
    return made;
  }
}
