import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ports that systems give to clients (Linux: from 32768 on). */
const FIRST = 12_000;
const SLOTS = 100;
/** Of each slot, beside the keeper's. */
const PORTS = 200;
/** Whoever has a slot listens here, on the port below its range: the kernel frees it whatever becomes of the process. */
const KEEPER = '127.0.0.3';

export interface PassivePorts {
  range: readonly [first: number, last: number];
  /** Others may have them. */
  free(): void;
}

/** Reserves consecutive ports for a server's data connections; no other test run on this machine gets the same. */
export async function reservePassivePorts(count: number): Promise<PassivePorts> {
  if (count > PORTS) throw new Error(`${count} passive ports: expected at most ${PORTS}`);
  const start = Math.floor(Math.random() * SLOTS);
  for (let n = 0; n < SLOTS; n += 1) {
    const port = FIRST + ((start + n) % SLOTS) * (PORTS + 1);
    const keeper = createServer();
    // It must not keep the process alive.
    keeper.unref().listen({ port, host: KEEPER, exclusive: true });
    try {
      await once(keeper, 'listening');
      return { range: [port + 1, port + count], free: () => void keeper.close() };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
  }
  throw new Error(`all ${SLOTS} ranges of passive ports are taken: too many test servers run`);
}
