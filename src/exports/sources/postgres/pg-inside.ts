import type { Socket } from 'node:net';
import type pg from 'pg';

/** What the driver's connection does for a statement in PostgreSQL's extended protocol. */
export interface Wire {
  parse(message: { text: string; name: string }): void;
  bind(message: { values: (string | null)[] }): void;
  describe(message: { type: 'P'; name: string }): void;
  execute(message: { portal: string; rows: number }): void;
  sync(): void;
}

/** What of the driver's inside `ByWire` lives on; none of it is promised by `pg`, which is why package.json pins it. */
export interface Inside {
  socket: Socket;
  /** The driver's listener, by which alone it reads the socket. */
  reader: (chunk: Buffer) => void;
  /** By these two numbers another connection can cancel what this one runs; `null` where the server gave none. */
  processID: number | null;
  secretKey: number | null;
}

/** The driver's inside is not what `ByWire` lives on. */
export class Unexpected extends Error {}

/**
 * Looks inside a client that is connected, with nothing under way.
 * @throws {Unexpected} naming what is not as expected.
 */
export function insideOf(client: pg.Client): Inside {
  const { connection, processID, secretKey } = client as unknown as {
    connection?: { stream?: Socket };
    processID?: unknown;
    secretKey?: unknown;
  };
  expectCalls('connection', connection, [
    'parse',
    'bind',
    'describe',
    'execute',
    'sync',
  ] satisfies (keyof Wire)[]);
  const socket = connection?.stream;
  expectCalls('connection.stream', socket, ['pause', 'resume', 'destroy', 'listeners', 'on', 'off']);
  const readers = socket!.listeners('data');
  if (readers.length !== 1)
    throw new Unexpected(`the connection has ${readers.length} readers instead of one`);
  return {
    socket: socket!,
    reader: readers[0] as Inside['reader'],
    processID: expectNumber('processID', processID),
    secretKey: expectNumber('secretKey', secretKey),
  };
}

function expectCalls(name: string, object: unknown, calls: readonly string[]): void {
  for (const call of calls)
    if (typeof (object as Record<string, unknown> | null | undefined)?.[call] !== 'function')
      throw new Unexpected(`${name}.${call} is no function`);
}

function expectNumber(name: string, value: unknown): number | null {
  if (value === null || typeof value === 'number') return value;
  throw new Unexpected(`${name} is neither a number nor null`);
}
