import { connect, type Socket } from 'node:net';
import type pg from 'pg';
import type { Inside } from './pg-inside.ts';

/** The number by which a connection asks to cancel what another one runs. */
const CANCEL_REQUEST = 80_877_102;
/** ms that the server may take to hear it. */
const WITHIN_MS = 2_000;

/** Tells the server to stop what a client runs, by a connection of its own, as the protocol has it; done when the server has heard it. Never throws. */
export function cancelQuery(client: pg.Client, { processID, secretKey }: Inside): Promise<void> {
  if (processID === null || secretKey === null) return Promise.resolve();
  const message = Buffer.alloc(16);
  message.writeInt32BE(message.length, 0);
  message.writeInt32BE(CANCEL_REQUEST, 4);
  message.writeInt32BE(processID, 8);
  message.writeInt32BE(secretKey, 12);
  return new Promise((resolve) => {
    const socket = dial(client);
    const done = () => {
      socket.destroy();
      resolve();
    };
    socket.setTimeout(WITHIN_MS, done);
    socket.once('error', done).once('close', done).resume();
    socket.end(message);
  });
}

function dial({ host, port }: pg.Client): Socket {
  return host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host);
}
