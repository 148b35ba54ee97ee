import { Readable } from 'node:stream';
import { AccessProblem } from '../../../transfer/ftp/problem.ts';
import type { Channel, RecipientOutcome, SendRequest } from '../delivery-channel.ts';
import { defineDestinationType } from '../destination.ts';
import { mailOverrides, mailSettings, type MailDestination } from './mail-settings.ts';

/** After a mail's end is sent, its outcome is worth waiting for even when this process is to stop; so long, ms. */
const QUIT_WITHIN_MS = 10_000;

/** Mail by SMTP: one for all recipients. */
export const mail = defineDestinationType({
  name: 'mail',
  settings: mailSettings,
  overrides: mailOverrides,
  // A server may be silent for `timeout`, and think for 10 minutes.
  silenceTimeout: Number.POSITIVE_INFINITY,
  open(settings, { root }): Channel {
    const recipients = [...new Set(settings.recipients)];
    return {
      recipients: () => recipients,
      send: (request) => sendMail({ ...settings, recipients }, root, request),
    };
  },
  isPermanent: (error) => (error instanceof AccessProblem ? error.lasting : undefined),
});

async function sendMail(
  settings: MailDestination,
  root: string,
  request: SendRequest,
): Promise<RecipientOutcome> {
  const { outgoing, recipients, signal, progress, trace } = request;
  const [{ composeMail }, { Session }] = await Promise.all([
    import('./message.ts'),
    import('./smtp-session.ts'),
  ]);
  const message = composeMail(settings, outgoing);
  const stop = new AbortController();
  let committed = false;
  const onAbort = () => {
    if (committed) setTimeout(() => stop.abort(signal.reason), QUIT_WITHIN_MS).unref();
    else stop.abort(signal.reason);
  };
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  let session: Awaited<ReturnType<typeof Session.open>> | undefined;
  try {
    session = await Session.open(settings, root, stop.signal, trace);
    const open = session;
    let refused: unknown;
    const gate = async () => {
      await request.checkpoint().catch((error: unknown) => {
        refused = error;
        throw error;
      });
      committed = true;
      open.letJudge();
    };
    const body = Readable.from(withGate(message.stream, gate, progress), { objectMode: false });
    const envelope = { from: settings.from, to: [...recipients], size: message.size };
    const answer = await open.send(envelope, body, stop.signal).catch((error: unknown) => {
      throw refused ?? error;
    });
    // An answer to what was not asked: nothing that it says can be relied on.
    if (!committed) throw new Error(`${settings.host} answers before it has the mail: ${answer}`);
    open.quit();
    return { state: 'delivered', note: answer };
  } catch (error) {
    session?.close();
    throw error;
  } finally {
    message.stream.destroy();
    signal.removeEventListener('abort', onAbort);
    for (const [recipient, refusal] of session?.refusals ?? [])
      request.report(recipient, { state: 'failed', ...refusal });
  }
}

/** The pieces of a mail; what makes it one, its end, comes only when the gate lets it pass. */
async function* withGate(
  stream: Readable,
  gate: () => Promise<void>,
  progress: SendRequest['progress'],
): AsyncGenerator<Buffer> {
  let sent = 0;
  for await (const piece of stream) {
    yield piece as Buffer;
    progress((sent += (piece as Buffer).length));
  }
  await gate();
}
