import pg from 'pg';
import { vi } from 'vitest';

/** A statement as the driver calls it. */
type Own = Record<string, unknown>;

/** What a later version of the driver may do otherwise, while all that it promises stays. */
const ways = {
  'another reader': (client: pg.Client) => client.connection.stream.on('data', () => undefined),
  'no number to cancel by': (client: pg.Client) => Object.assign(client, { processID: undefined }),
  'no statements of one’s own': (client: pg.Client) =>
    withOwn(client, () => {
      throw new TypeError('only what the driver made');
    }),
  'columns told in other words': (client: pg.Client) =>
    withOwn(client, (own) => {
      const tell = own['handleRowDescription'] as (message: object) => void;
      own['handleRowDescription'] = ({ fields }: { fields: unknown }) => tell.call(own, { columns: fields });
    }),
  'a handler of another name': (client: pg.Client) =>
    withOwn(client, (own) => (own['handleReadyForQuery'] = undefined)),
  'no answer': (client: pg.Client) =>
    withOwn(client, (own) => (own['submit'] = () => vi.advanceTimersByTime(60_000))),
};

export type Spoiled = keyof typeof ways;

/** Changes the inside of all clients that connect from now on; gives what undoes it. */
export function spoil(way: Spoiled): () => void {
  const prototype = pg.Client.prototype as unknown as { connect(): Promise<unknown> };
  const { connect } = prototype;
  prototype.connect = async function spoiled(this: pg.Client) {
    await connect.call(this);
    ways[way](this);
  };
  return () => void (prototype.connect = connect);
}

/** Lets `change` have each statement that is not the driver's own class. */
function withOwn(client: pg.Client, change: (own: Own) => void): void {
  const query = client.query.bind(client) as (...args: unknown[]) => unknown;
  const changed = (statement: Own, ...more: unknown[]) => {
    if (typeof statement['submit'] === 'function' && !(statement instanceof pg.Query)) change(statement);
    return query(statement, ...more);
  };
  Object.assign(client, { query: changed });
}
