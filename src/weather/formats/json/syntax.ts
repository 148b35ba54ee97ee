import type { FormatFile, Position } from '../format.ts';
import { JsonWalk } from './json-walk.ts';

const AROUND = 30;

/**
 * Finds the place of the syntax error in a text that `JSON.parse` refused. V8's own message names it only
 * sometimes, and not the same way in each version of Node.
 */
export function findSyntaxError(bytes: Buffer): Position {
  const walk = new JsonWalk([], () => undefined);
  return describePosition(bytes, walk.feed(bytes) ?? walk.finish() ?? bytes.length);
}

/** Line, column and surroundings of a byte of a text. */
export function describePosition(bytes: Buffer, offset: number): Position {
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

/** Fails a file that is not JSON. */
export function failBroken(file: FormatFile, position: Position): void {
  file.fail(
    'broken-json',
    `not JSON from line ${position.line}, column ${position.column} on (byte ${position.offset}), near ` +
      `${JSON.stringify(position.near)}; mend the file or ask the station to send it again, then \`regie weather retry\``,
    position,
  );
}
