import { Client, Connection } from '@temporalio/client';
import { awayServers } from '../servers/away.ts';
import { messageOf } from '../task/errors.ts';
import { findAddress, type TemporalAddress } from './address.ts';

/** How long a command waits for a server, milliseconds (DESIGN §4). */
const deadline = 1_000;

/** No Temporal server answers. */
class NoServer extends Error {
  constructor({ address, source }: TemporalAddress, away: string | undefined, options?: ErrorOptions) {
    const advice =
      source === 'environment'
        ? 'check TEMPORAL_ADDRESS or the profile of temporal.toml'
        : 'start it with `regie up` (or `npm start`), or set TEMPORAL_ADDRESS';
    super(`no Temporal server answers at ${address}; ${away ?? advice}`, options);
    this.name = 'NoServer';
  }
}

export interface Connected {
  client: Client;
  address: string;
  close(): Promise<void>;
}

/**
 * Connects a client to the installation's Temporal server. Every later call has a deadline of its own: see
 * `client.withDeadline`. Throws `NoServer` when none answers `within` ms: a second, as commands wait.
 */
export async function connectClient(root: string, within = deadline): Promise<Connected> {
  const found = await findAddress(root);
  try {
    const connection = await Connection.connect({ ...found.options, connectTimeout: within });
    // A worker answers for a closed workflow too, out of its history: as if the task still had somebody who acts for it.
    const workflow = { queryRejectCondition: 'NOT_OPEN' } as const;
    const client = new Client({ connection, namespace: found.namespace, workflow });
    return { client, address: found.address, close: () => connection.close() };
  } catch (error) {
    const away = found.source === 'run file' ? await awayServers(root) : [];
    const words = away.find(({ server }) => server === 'Temporal')?.words;
    throw new NoServer(found, words, { cause: messageOf(error) });
  }
}
