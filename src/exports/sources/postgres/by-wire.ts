import type pg from 'pg';
import type { Cell } from '../../api/cell.ts';
import type { Result, Statement, WireRows } from '../source-session.ts';
import { cancelQuery } from './cancel.ts';
import { decodeCell, decodeRows, kindOf } from './decode-postgres.ts';
import { insideOf, Unexpected, type Inside } from './pg-inside.ts';
import { Portal, type Field } from './portal.ts';
import { Tap } from './tap.ts';
import type { Way } from './way.ts';

/** A driver that does not answer a trial by then is not as expected; a slow server is no reason. */
const TRIAL_WITHIN_MS = 20_000;

/** The fast way: rows are taken out of the socket, ahead of the driver. It lives on the driver's inside. */
export class ByWire implements Way {
  private readonly client: pg.Client;
  private readonly inside: Inside;
  private readonly tap: Tap;
  private current: Portal | undefined;

  private constructor(client: pg.Client, inside: Inside) {
    this.client = client;
    this.inside = inside;
    this.tap = new Tap(inside);
  }

  /**
   * @param client connected, with nothing under way.
   * @throws {Unexpected} when the driver is not so inside, or does not do what is expected of it in a trial; the client is of no use then.
   */
  static async over(client: pg.Client): Promise<ByWire> {
    const way = new ByWire(client, insideOf(client));
    let timer: NodeJS.Timeout | undefined;
    try {
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error('it does not answer')), TRIAL_WITHIN_MS);
      });
      await Promise.race([way.trial(), late]);
      return way;
    } catch (error) {
      throw new Unexpected(`a trial fails: ${(error as Error).message}`, { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }

  async run(statement: Statement): Promise<void> {
    const portal = this.begin(statement);
    while (await portal.next());
  }

  async query(statement: Statement): Promise<WireResult> {
    const portal = this.begin(statement);
    return new WireResult(portal, await portal.fields());
  }

  async stop(): Promise<void> {
    if (!this.current || this.current.isEnded) return;
    await cancelQuery(this.client, this.inside);
    // It may wait for somebody to read, for ever.
    this.inside.socket.destroy();
  }

  private begin({ text, parameters }: Statement): Portal {
    this.current = new Portal(text, parameters, this.tap);
    this.client.query(this.current);
    return this.current;
  }

  /** A statement whose answer is known: do its columns and its row come as they must? */
  private async trial(): Promise<void> {
    const result = await this.query({ text: 'select $1::int4 as trial', parameters: [7] });
    const rows: Cell[][] = [];
    for await (const some of result.batches()) rows.push(...some);
    const got = JSON.stringify([result.names, result.wire.kinds, rows]);
    if (got !== '[["trial"],["integer"],[[7]]]') throw new Error(`it gives ${got}`);
  }
}

/** The rows of a statement, as cells or as they came. */
class WireResult implements Result {
  readonly names: readonly string[];
  readonly wire: WireRows;

  constructor(portal: Portal, fields: readonly Field[]) {
    this.names = fields.map(({ name }) => name);
    this.wire = {
      kinds: fields.map(({ dataTypeID }) => kindOf(dataTypeID)),
      decode: decodeCell,
      async *messages() {
        for (let rows = await portal.next(); rows; rows = await portal.next()) yield rows;
      },
    };
  }

  async *batches(): AsyncGenerator<readonly Cell[][], void, undefined> {
    for await (const rows of this.wire.messages()) yield decodeRows(rows, this.wire.kinds);
  }
}
