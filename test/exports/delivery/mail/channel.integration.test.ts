import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Delivery } from '../../../../src/exports/delivery/open-destination.ts';
import { freePort } from '../../../support/ports.ts';
import { openDestination } from '../support/open.ts';
import { makeOutgoingFile, makeRequest } from '../support/outgoing-file.ts';
import { attachmentOf, startMailServer, type TestMailServer } from '../support/smtp-server.ts';

const [anne, bob] = ['anne@example.org', 'bob@example.org'] as const;

/** Opens a destination with these settings, as an export would. */
function open(settings: object, override: Partial<Delivery> = {}) {
  const mail = { type: 'mail', host: '127.0.0.1', from: 'regie@example.com', recipients: [anne, bob] };
  return openDestination({ ...mail, timeout: '5s', ...settings }, override);
}

const to = (server: TestMailServer, more: object = {}) =>
  open({ port: server.port, ca: server.authority, ...more });

test('sends one mail with the file to all, byte by byte', async () => {
  const server = await startMailServer();
  // Lines of their own kinds, and a dot that would end a mail.
  const outgoing = makeOutgoingFile({ content: 'a;b\r\n1;é\n.\r\n\r\n..\rend' });
  const channel = to(server, { subject: 'Cards of {yyyy}-{MM}-{dd}', fromName: 'Regie' });
  expect(channel.recipients()).toEqual([anne, bob]);
  const request = makeRequest(outgoing, [anne, bob], async () => {
    expect(server.mails).toEqual([]);
  });
  const outcomes = await channel.send(request);
  for (const who of [anne, bob])
    expect(outcomes.get(who)).toEqual({ state: 'delivered', note: expect.stringContaining('taken as 1') });
  expect(request.checkpoints).toBe(1);
  const [mail] = server.mails;
  expect(mail).toMatchObject({ recipients: [anne, bob], secure: true });
  expect(attachmentOf(mail!)).toEqual(readFileSync(outgoing.path));
  for (const line of [
    'From: Regie <regie@example.com>',
    'To: anne@example.org, bob@example.org',
    'Subject: Cards of 2026-11-20',
    `Message-ID: <${outgoing.id}@example.com>`,
    'Auto-Submitted: auto-generated',
    'cards_20261120.csv: 12 rows.',
  ])
    expect(mail!.source).toContain(`${line}\r\n`);
});

test('logs in, over TLS only', async () => {
  process.env['REGIE_TEST_MAIL'] = 'open sesame';
  const login = { user: 'regie', password: 'open sesame' };
  const settings = { user: 'regie', password: 'env:REGIE_TEST_MAIL' };
  const implicit = await startMailServer({ implicit: true, login });
  expect(
    (await to(implicit, { ...settings, tls: 'implicit' }).send(makeRequest(makeOutgoingFile(), [anne]))).get(
      anne,
    ),
  ).toMatchObject({ state: 'delivered' });
  expect(implicit.mails).toMatchObject([{ user: 'regie', secure: true, recipients: [anne] }]);

  const plain = await startMailServer({ plain: true, login });
  const refused = makeRequest(makeOutgoingFile(), [anne]);
  expect((await to(plain, settings).send(refused)).get(anne)).toEqual({
    state: 'failed',
    permanent: true,
    error: expect.stringContaining(`127.0.0.1:${plain.port} offers no TLS`),
  });
  expect(refused.checkpoints).toBe(0);

  process.env['REGIE_TEST_MAIL'] = 'close sesame';
  const wrong = (
    await to(implicit, { ...settings, tls: 'implicit' }).send(makeRequest(makeOutgoingFile(), [anne]))
  ).get(anne);
  expect(wrong).toEqual({
    state: 'failed',
    permanent: true,
    error: expect.stringMatching(
      /refuses the user regie with the password of env:REGIE_TEST_MAIL: "535 .*not with \*\*\*"/,
    ),
  });
  expect(implicit.mails).toHaveLength(1);
});

test('trusts no certificate but one for the host, of an authority that it trusts', async () => {
  const elsewhere = await startMailServer({ names: ['DNS:mail.example.org'] });
  for (const settings of [{ ca: elsewhere.authority }, { ca: undefined }]) {
    const outcomes = await to(elsewhere, settings).send(makeRequest(makeOutgoingFile(), [anne]));
    expect(outcomes.get(anne)).toEqual({
      state: 'failed',
      permanent: true,
      error: expect.stringContaining('shows a certificate that is not trusted'),
    });
  }
  expect(elsewhere.mails).toEqual([]);
  // Where there is no TLS it is not looked for, when that is allowed.
  const plain = await startMailServer({ plain: true });
  await open({ port: plain.port }).send(makeRequest(makeOutgoingFile(), [anne]));
  expect(plain.mails).toMatchObject([{ secure: false }]);
});

test('keeps each recipient’s outcome', async () => {
  const server = await startMailServer({ refuses: { [bob]: 550, 'carl@example.org': 450 } });
  const all = [anne, bob, 'carl@example.org'];
  const outcomes = await to(server, { recipients: all }).send(makeRequest(makeOutgoingFile(), all));
  expect(Object.fromEntries(outcomes)).toEqual({
    [anne]: { state: 'delivered', note: expect.any(String) },
    [bob]: { state: 'failed', permanent: true, error: expect.stringContaining(`refuses ${bob}: "550`) },
    'carl@example.org': { state: 'failed', permanent: false, error: expect.stringContaining('"450') },
  });
  expect(server.mails).toMatchObject([{ recipients: [anne] }]);
});

test('passes no checkpoint when all are refused', async () => {
  const server = await startMailServer({ refuses: { [anne]: 450, [bob]: 550 } });
  const request = makeRequest(makeOutgoingFile(), [anne, bob]);
  const outcomes = await to(server).send(request);
  expect(outcomes.get(anne)).toMatchObject({ state: 'failed', permanent: false });
  expect(outcomes.get(bob)).toMatchObject({ state: 'failed', permanent: true });
  expect(request.checkpoints).toBe(0);
});

test.each([
  [451, false],
  [421, false],
  [554, true],
])('a whole mail that is refused with %i has failed for certain', async (code, permanent) => {
  const server = await startMailServer({ verdict: () => code, refuses: { [bob]: 550 } });
  const request = makeRequest(makeOutgoingFile(), [anne, bob]);
  const outcomes = await to(server).send(request);
  expect(request.checkpoints).toBe(1);
  expect(outcomes.get(anne)).toEqual({
    state: 'failed',
    permanent,
    error: expect.stringContaining(`"${code}`),
  });
  expect(outcomes.get(bob)).toMatchObject({
    state: 'failed',
    permanent: true,
    error: expect.stringContaining('"550'),
  });
});

test('sends a link instead of a file that is too large', async () => {
  const server = await startMailServer();
  const outgoing = makeOutgoingFile({ name: 'cards of today.csv' });
  const settings = { maxAttachment: outgoing.bytes - 1, linkBase: 'https://files.example.org/{campaign}/' };
  await to(server, settings).send(makeRequest(outgoing, [anne]));
  expect(server.mails[0]!.source).toContain('https://files.example.org/canal/cards%20of%20today.csv');
  expect(server.mails[0]!.source).not.toContain('base64');

  const none = await to(server, { ...settings, linkBase: undefined }).send(makeRequest(outgoing, [anne]));
  expect(none.get(anne)).toEqual({
    state: 'failed',
    permanent: true,
    error: `cards of today.csv has 3000 bytes, where maxAttachment is 2999. Raise it, or set linkBase to where recipients can fetch the file`,
  });
});

test('knows beforehand that a server takes no mail of that size', async () => {
  const server = await startMailServer({ more: { size: 5_000 } });
  const request = makeRequest(makeOutgoingFile({ content: 'x'.repeat(10_000) }), [anne]);
  expect((await to(server).send(request)).get(anne)).toMatchObject({ state: 'failed', permanent: true });
  expect(request.checkpoints).toBe(0);
});

test('sends nothing when the ledger does not take the checkpoint, or it is to stop before it', async () => {
  const server = await startMailServer();
  const refused = makeRequest(makeOutgoingFile(), [anne], () =>
    Promise.reject(new Error('the lock is lost')),
  );
  await expect(to(server).send(refused)).rejects.toThrow('the lock is lost');
  const stop = new AbortController();
  const aborted = makeRequest(makeOutgoingFile(), [anne], undefined, stop.signal);
  stop.abort(new Error('stopped'));
  await expect(to(server).send(aborted)).rejects.toThrow('stopped');
  await server.idle();
  expect(server.mails).toEqual([]);
  expect(aborted.checkpoints).toBe(0);
});

test('waits for the answer of a mail whose end is sent, even when it is to stop', async () => {
  const stop = new AbortController();
  const server = await startMailServer({
    verdict() {
      stop.abort(new Error('stopped'));
      return 250;
    },
  });
  const outcomes = await to(server).send(makeRequest(makeOutgoingFile(), [anne], undefined, stop.signal));
  expect(outcomes.get(anne)).toMatchObject({ state: 'delivered' });
});

test('says where nobody listens', async () => {
  const port = await freePort();
  const outcomes = await open({ port }).send(makeRequest(makeOutgoingFile(), [anne]));
  expect(outcomes.get(anne)).toEqual({
    state: 'failed',
    permanent: false,
    error: expect.stringContaining(`127.0.0.1:${port} refuses connections`),
  });
});

test('a line break in a placeholder makes no header', async () => {
  const server = await startMailServer();
  const made = makeOutgoingFile();
  const outgoing = { ...made, placeholders: { ...made.placeholders, campaign: 'x\r\nBcc: eve@example.org' } };
  await to(server, { subject: '{campaign}' }).send(makeRequest(outgoing, [anne]));
  expect(server.mails[0]!.source).toContain('Subject: x Bcc: eve@example.org\r\n');
});

test('an export may have its own recipients and texts', async () => {
  const server = await startMailServer();
  const settings = { port: server.port, ca: server.authority };
  const channel = open(settings, {
    recipients: ['carl@example.org'],
    subject: 'For {campaign}',
    text: 'See {file}.',
  });
  expect(channel.recipients()).toEqual(['carl@example.org']);
  await channel.send(makeRequest(makeOutgoingFile(), channel.recipients()));
  expect(server.mails[0]!.source).toMatch(
    /To: carl@example\.org\r\nSubject: For canal\r\n[^]*See cards_20261120\.csv\./,
  );
  expect(() => open(settings, { recipients: ['carl'] })).toThrow(
    'recipients is ["carl"]; expected mail addresses',
  );
  expect(() => open(settings, { folder: '/x' })).toThrow(
    'expected of a mail no more than recipients, subject, text',
  );
});

test.each([
  [{ user: 'a' }, 'expected a reference to the password of user'],
  [{ password: 'env:A' }, 'expected the user whose password is given'],
  [{ user: 'a', password: 'env:A', tls: 'optional' }, 'with a login: whoever hides the offer of TLS'],
  [{ password: 'hunter2', user: 'a' }, 'not the secret itself'],
  [{ tls: 'none', ca: '/ca.pem' }, 'there is no certificate to check'],
  [{ recipients: [] }, 'recipients'],
  [{ recipients: ['anne'] }, 'expected a mail address alone'],
  [{ subject: '{day}' }, 'unknown placeholder {day}'],
  [{ linkBase: 'files' }, 'expected an address, such as'],
])('refuses settings that cannot work: %o', (settings, words) => {
  expect(() => open(settings)).toThrow(words);
});
