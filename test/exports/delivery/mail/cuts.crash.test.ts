import { expect, test } from 'vitest';
import { CUTTER_HOST, startCutter, type Way } from '../support/cutting-relay.ts';
import { openDestination } from '../support/open.ts';
import { makeOutgoingFile, makeRequest } from '../support/outgoing-file.ts';
import { startMailServer } from '../support/smtp-server.ts';

const [anne, bob] = ['anne@example.org', 'bob@example.org'] as const;

/** Sends over a line that breaks after so many bytes of one way. */
async function sweep(way: Way, points: (total: number) => number[]) {
  const server = await startMailServer({ plain: true, refuses: { [bob]: 550 } });
  const cutter = await startCutter([server.port]);
  try {
    const through = (host: string) =>
      openDestination({
        type: 'mail',
        host,
        port: server.port,
        from: 'regie@example.com',
        recipients: [anne, bob],
        timeout: '2s',
      });
    const outgoing = makeOutgoingFile({ content: 'x'.repeat(700) });
    const try1 = await through(CUTTER_HOST).send(makeRequest(outgoing, [anne, bob]));
    expect(try1.get(anne)).toMatchObject({ state: 'delivered' });
    await server.idle();
    const seen = { failed: 0, unknown: 0, delivered: 0 };
    const wrong: string[] = [];
    for (const at of points(cutter.passed[way])) {
      server.mails.length = 0;
      cutter.mend();
      cutter.cutAfter(way, at);
      const request = makeRequest(outgoing, [anne, bob]);
      const outcomes = await through(CUTTER_HOST).send(request);
      await server.idle();
      const outcome = outcomes.get(anne)!;
      const expects = (what: string, holds: boolean) => {
        if (!holds) wrong.push(`${what}, cut after ${at} bytes ${way}: ${JSON.stringify(outcome)}`);
      };
      seen[outcome.state]++;
      if (outcome.state === 'failed') {
        expects('failed though it has arrived', server.mails.length === 0);
        const again = await through('127.0.0.1').send(makeRequest(outgoing, [anne]));
        expects('cannot be tried again', again.get(anne)?.state === 'delivered');
      }
      if (outcome.state === 'delivered') expects('has not arrived', server.mails.length === 1);
      if (outcome.state === 'unknown') expects('unknown before the checkpoint', request.checkpoints === 1);
      // However it ended: never twice, and to nobody who was refused.
      expects('arrived twice', server.mails.length <= 1);
      expects('arrived at bob', !server.mails.some(({ recipients }) => recipients.includes(bob)));
      expects('bob was not refused', outcomes.get(bob)?.state === 'failed');
    }
    expect(wrong).toEqual([]);
    return seen;
  } finally {
    await cutter.close();
  }
}

const every = (step: number) => (total: number) => [
  ...Array.from({ length: Math.floor(total / step) }, (_, n) => n * step + 1),
  ...Array.from({ length: 12 }, (_, n) => total - n),
];

test('a line that breaks on the way to the server', async () => {
  const { failed, unknown, delivered } = await sweep('up', every(23));
  // So small a mail is in the operating system's hands, and the checkpoint passed, when most of it has not arrived.
  expect(failed).toBeGreaterThan(3);
  expect(unknown).toBeGreaterThan(0);
  expect(delivered).toBeGreaterThan(0);
}, 60_000);

test('a line that breaks on the way back', async () => {
  const { failed, unknown, delivered } = await sweep('down', every(5));
  expect(failed).toBeGreaterThan(30);
  expect(unknown).toBeGreaterThan(0);
  expect(delivered).toBeGreaterThan(0);
}, 60_000);

test('a large mail that breaks off on its way has failed for certain', async () => {
  const server = await startMailServer({ plain: true });
  const cutter = await startCutter([server.port]);
  try {
    const settings = {
      type: 'mail',
      host: CUTTER_HOST,
      port: server.port,
      from: 'regie@example.com',
      recipients: [anne],
    };
    const channel = openDestination({ ...settings, maxAttachment: 30_000_000 });
    cutter.cutAfter('up', 1_000_000);
    const request = makeRequest(makeOutgoingFile({ content: Buffer.alloc(25_000_000) }), [anne]);
    expect((await channel.send(request)).get(anne)).toMatchObject({ state: 'failed', permanent: false });
    expect(request.checkpoints).toBe(0);
    await server.idle();
    expect(server.mails).toEqual([]);
  } finally {
    await cutter.close();
  }
});
