import { once } from 'node:events';
import { startRelay, type Relayed } from '../../test/transfer/support/relay.ts';

/** What the relay is told. */
export interface RelayJob extends Relayed {
  /** ms */
  roundTrip: number;
}

/** The relay in a process of its own: the benchmark's must have time for what it measures. Ends with its parent. */
const [job] = (await once(process, 'message')) as [RelayJob];
process.once('disconnect', () => process.exit());
await startRelay({ port: job.port, passive: job.passive }, { roundTrip: job.roundTrip });
process.send!('ready');
