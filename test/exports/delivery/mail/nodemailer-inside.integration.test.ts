import { readFileSync } from 'node:fs';
import type { SMTPServer } from 'smtp-server';
import { expect, test, vi } from 'vitest';
import { openDestination } from '../support/open.ts';
import { makeOutgoingFile, makeRequest } from '../support/outgoing-file.ts';
import { attachmentOf, startMailServer, type TestMailServer } from '../support/smtp-server.ts';

/** A version of the library that does what it promises, and whose inside is another. */
vi.mock('nodemailer/lib/smtp-connection', async (importActual) => {
  const { default: Real } = await importActual<typeof import('nodemailer/lib/smtp-connection')>();
  const { EventEmitter } = await import('node:events');
  class Changed extends EventEmitter {
    readonly #real: InstanceType<typeof Real>;
    constructor(options: ConstructorParameters<typeof Real>[0]) {
      super();
      this.#real = new Real(options);
      for (const event of ['error', 'end']) this.#real.on(event, (what) => this.emit(event, what));
    }
    connect = (...a: Parameters<InstanceType<typeof Real>['connect']>) => this.#real.connect(...a);
    login = (...a: Parameters<InstanceType<typeof Real>['login']>) => this.#real.login(...a);
    send = (...a: Parameters<InstanceType<typeof Real>['send']>) => this.#real.send(...a);
    quit = () => this.#real.quit();
    close = () => this.#real.close();
  }
  return { default: Changed };
});

const [anne, bob] = ['anne@example.org', 'bob@example.org'] as const;
const words =
  'nodemailer is not as expected inside (_socket is no socket): a server that falls silent is left only after 10 minutes, and who is refused shares the outcome of a mail that fails';

async function send(server: TestMailServer, checkpoint?: () => Promise<void>) {
  const destination = openDestination({
    type: 'mail',
    host: '127.0.0.1',
    port: server.port,
    ca: server.authority,
    from: 'regie@example.com',
    recipients: [anne, bob],
    timeout: '5s',
  });
  const outgoing = makeOutgoingFile({ content: 'a;b\r\n1;é\n.\r\n\r\n..\rend' });
  const request = makeRequest(outgoing, [anne, bob], checkpoint);
  const told: string[] = [];
  const outcomes = await destination.send({
    ...request,
    trace: (text) => void told.push(text),
  });
  expect(told).toEqual([words]);
  await server.idle();
  return {
    outgoing,
    request,
    ...Object.fromEntries([...outcomes].map(([to, outcome]) => [to.slice(0, 4).replace('@', ''), outcome])),
  };
}

test('delivers the same mail, and knows who was refused', async () => {
  const server = await startMailServer({ refuses: { [bob]: 550 } });
  const { outgoing, request, ...outcomes } = await send(server, async () => expect(server.mails).toEqual([]));
  expect(outcomes).toEqual({
    anne: { state: 'delivered', note: expect.stringContaining('taken as 1') as string },
    bob: {
      state: 'failed',
      permanent: true,
      error: expect.stringContaining(`refuses ${bob}: "550`) as string,
    },
  });
  expect(request.checkpoints).toBe(1);
  expect(server.mails).toMatchObject([{ recipients: [anne], secure: true }]);
  expect(attachmentOf(server.mails[0]!)).toEqual(readFileSync(outgoing.path));
});

test('has failed before the checkpoint: all are refused', async () => {
  const { request, ...outcomes } = await send(
    await startMailServer({ refuses: { [anne]: 450, [bob]: 550 } }),
  );
  expect(outcomes).toMatchObject({
    anne: { state: 'failed', permanent: false },
    bob: { state: 'failed', permanent: true },
  });
  expect(request.checkpoints).toBe(0);
});

test('has failed before the checkpoint: the ledger refuses it', async () => {
  const server = await startMailServer();
  await expect(send(server, () => Promise.reject(new Error('the lock is lost')))).rejects.toThrow(
    'the lock is lost',
  );
  await server.idle();
  expect(server.mails).toEqual([]);
});

test('has failed for certain after it, when the server says so', async () => {
  const { request, ...outcomes } = await send(await startMailServer({ verdict: () => 554 }));
  expect(outcomes).toMatchObject({ anne: { state: 'failed', permanent: true }, bob: { state: 'failed' } });
  expect(request.checkpoints).toBe(1);
});

test('is unknown after it, when the line breaks', async () => {
  const server = await startMailServer({
    more: {
      onData(stream) {
        const { connections } = this as unknown as SMTPServer;
        const close = () => connections.forEach((connection) => connection.close());
        stream.resume().on('end', close);
      },
    },
  });
  const { request, ...outcomes } = await send(server);
  expect(outcomes).toMatchObject({ anne: { state: 'unknown' }, bob: { state: 'unknown' } });
  expect(request.checkpoints).toBe(1);
});
