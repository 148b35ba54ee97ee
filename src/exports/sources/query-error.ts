import { messageOf } from '../../task/errors.ts';

/** A source that cannot be reached, or refused a statement, or was lost while it gave its rows. */
export class SourceError extends Error {
  readonly source: string;

  /**
   * @param what follows the source's name: `cannot be reached`, or which statement.
   * @param origin frames of the stack where the query was asked for: those of the moment begin in a driver, and say nothing.
   */
  constructor(source: string, what: string, cause: unknown, origin: string) {
    super(`the source ${source}${what}: ${messageOf(cause)}`);
    this.name = 'SourceError';
    this.source = source;
    this.stack = `${this.name}: ${this.message}\n${origin}`;
  }
}

/** Frames of the stack above the function `above`. */
export function framesAbove(above: (...args: never[]) => unknown): string {
  const at: { stack?: string } = {};
  Error.captureStackTrace(at, above);
  return (at.stack ?? '').split('\n').slice(1).join('\n');
}

const LONGEST = 60;

/** The first line of a statement that is more than a comment, short. */
export function firstLine(statement: string): string {
  const lines = statement.split('\n').map((line) => line.trim());
  const text = lines.find((line) => line !== '' && !/^(--|#)/.test(line)) ?? '';
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}
