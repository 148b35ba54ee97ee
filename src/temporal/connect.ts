import { Client, Connection } from '@temporalio/client';
import { unavailableServers } from './unavailable.ts';
import { messageOf } from '../task/errors.ts';
import { findAddress, type TemporalAddress } from './address.ts';
import { whyNotHere } from './not-here.ts';

/** How long a command waits for a server, milliseconds: an operator who types sees at once that it is away. */
const deadline = 1_000;

/** No Temporal server answers, or this installation has none now. */
class NoServer extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'NoServer';
  }
}

export interface Connected {
  client: Client;
  where: TemporalAddress;
  close(): Promise<void>;
}

/**
 * Connects a client to the installation's Temporal server. Every later call has a deadline of its own: see
 * `client.withDeadline`. Throws `NoServer` when none answers `within` ms (a second, as commands wait), or when the
 * servers that the installation in `root` has of its own do not run.
 */
export async function connectClient(root: string, within = deadline): Promise<Connected> {
  const where = await findAddress(root);
  const absent = await whyNotHere(root, where);
  if (absent !== undefined) throw new NoServer(`no Temporal server runs for ${root}: ${absent}`);
  try {
    const connection = await Connection.connect({ ...where.options, connectTimeout: within });
    // A worker answers for a closed workflow too, out of its history: as if the task still had somebody who acts for it.
    const workflow = { queryRejectCondition: 'NOT_OPEN' } as const;
    const client = new Client({ connection, namespace: where.namespace, workflow });
    return { client, where, close: () => connection.close() };
  } catch (error) {
    throw new NoServer(`no Temporal server answers at ${where.address}; ${await advice(root, where)}`, {
      cause: messageOf(error),
    });
  }
}

async function advice(root: string, { source }: TemporalAddress): Promise<string> {
  if (source === 'environment') return 'check TEMPORAL_ADDRESS or the profile of temporal.toml';
  const away = source === 'run file' ? await unavailableServers(root) : [];
  return (
    away.find(({ server }) => server === 'Temporal')?.words ??
    'start it with `regie up` (or `npm start`), or set TEMPORAL_ADDRESS'
  );
}
