import { JsonWalk } from './json-walk.ts';

/** Where a JSON text stops being JSON. */
export interface SyntaxPosition {
  /** From 0, in bytes of the file. */
  offset: number;
  /** From 1. */
  line: number;
  /** From 1, in characters. */
  column: number;
  /** The text around it. */
  near: string;
}

const AROUND = 30;

/**
 * Finds the place of the syntax error in a text that `JSON.parse` refused. V8's own message names it only
 * sometimes, and not the same way in each version of Node.
 */
export function findSyntaxError(bytes: Buffer): SyntaxPosition {
  const walk = new JsonWalk([], () => undefined);
  return describePosition(bytes, walk.feed(bytes) ?? walk.finish() ?? bytes.length);
}

/** Line, column and surroundings of a byte of a text. */
export function describePosition(bytes: Buffer, offset: number): SyntaxPosition {
  const before = bytes.subarray(0, offset);
  let line = 1;
  let start = 0;
  for (let at = before.indexOf(10); at >= 0; at = before.indexOf(10, at + 1)) {
    line += 1;
    start = at + 1;
  }
  return {
    offset,
    line,
    column: before.subarray(start).toString('utf8').length + 1,
    near: bytes.subarray(Math.max(0, offset - AROUND), offset + AROUND).toString('utf8'),
  };
}
