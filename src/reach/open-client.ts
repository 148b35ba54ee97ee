import type { Client } from '@temporalio/client';
import { realpath } from 'node:fs/promises';
import type { Config } from '../task/config.ts';
import { serverOfUp } from '../processes/whose-server.ts';
import type { TemporalAddress } from '../temporal/address.ts';
import { connectClient, type Connected } from '../temporal/connect.ts';
import { ownerMemo } from '../task/names.ts';
import { withRetries } from './deadline.ts';
import { CliError, exit } from '../command/exit.ts';

/** A client of the Temporal server, and whose that is. */
export interface OpenClient extends Connected {
  /** The server, or its namespace, is another installation's. */
  stranger?: Stranger;
}

export interface Stranger {
  /** `127.0.0.1:7233, namespace default: this namespace belongs to …, not to …`: a sentence without its stop. */
  words: string;
  /** What to do about it: a sentence without its stop. */
  advice: string;
  /** For `--json`. */
  details: { address: string; namespace: string; belongsTo: string };
}

/**
 * Connects to the Temporal server of `config`, and finds out whether it is another installation's: it costs one call.
 * Throws `NoServer`, see `connectClient`. `seconds`: how long a busy server may take for each; as operators wait, when left out.
 */
export async function openClient(config: Config, seconds?: number): Promise<OpenClient> {
  const connected = await connectClient(config.root, seconds && seconds * 1_000);
  try {
    const stranger = await findStranger(config, connected, seconds);
    return { ...connected, ...(stranger ? { stranger } : {}) };
  } catch (error) {
    await connected.close();
    throw error;
  }
}

/** Throws when the server is another installation's (exit 5): for whoever is about to change something there. */
export function refuseStranger({ stranger }: OpenClient): void {
  if (!stranger) return;
  const { words, advice, details } = stranger;
  throw new CliError(exit.refused, `${words}. Nothing was done. ${advice}.`, details);
}

/** Whose the server is that `connected` speaks to, where it is not of the installation of `config`. */
export async function findStranger(
  config: Config,
  { client, where }: Connected,
  tries?: number,
): Promise<Stranger | undefined> {
  const belongsTo = (await otherUp(config, where)) ?? (await otherOwner(config, client, tries));
  if (belongsTo === undefined) return undefined;
  const { address, namespace, source } = where;
  return {
    words: `${address}, namespace ${namespace}: this namespace belongs to ${belongsTo}, not to ${JSON.stringify(config.installation)} (${config.file})`,
    advice: {
      environment: 'Check TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and the profile of temporal.toml',
      'run file': `If it is the same one, give it its name again: \`installation\` in ${config.file}`,
      default: `Start this one with \`regie up --port <other>\`, or, if it is meant, set TEMPORAL_ADDRESS=${address}`,
    }[source],
    details: { address, namespace, belongsTo },
  };
}

/**
 * Nobody said that the server at the usual port is this installation's. Its name tells little, since copies of the
 * example share it; but the server of another folder's `regie up` is known by its command line.
 */
async function otherUp({ root }: Config, { source, address }: TemporalAddress): Promise<string | undefined> {
  if (source !== 'default') return undefined;
  const up = serverOfUp(Number(address.split(':').at(-1)));
  return up && up.root !== (await realpath(root)) ? `\`regie up\` in ${up.root} (pid ${up.pid})` : undefined;
}

/** One namespace holds one installation (`apply` sees to that): a page of its schedules tells whose it is. */
const page = 100;

async function otherOwner(
  { installation }: Config,
  client: Client,
  tries?: number,
): Promise<string | undefined> {
  const look = async () => {
    let looked = 0;
    for await (const { scheduleId, memo } of client.schedule.list({ pageSize: page })) {
      const owner = memo?.[ownerMemo];
      if (owner !== undefined && owner !== installation)
        return `the installation ${JSON.stringify(owner)} (its schedule ${scheduleId})`;
      if (++looked === page) break;
    }
    return undefined;
  };
  return withRetries(client, look, tries);
}
