import { Readable } from 'node:stream';
import { attempt, type Commit } from '../attempt.ts';
import type { Channel, RecipientOutcome, SendRequest } from '../channel.ts';
import { verifyParcel } from '../parcel-file.ts';
import type { MailDestination } from './settings.ts';

/** After a mail's end is sent, its outcome is worth waiting for even when this process is to stop; so long, ms. */
const PATIENCE = 10_000;

/** Sends mails. `root`: the folder where a relative `ca` starts. */
export function mailChannel(settings: MailDestination, root: string): Channel {
  const recipients = [...new Set(settings.recipients)];
  return {
    recipients: () => recipients,
    send: (request) =>
      attempt(request, (commit, settled) =>
        sendMail({ ...settings, recipients }, root, request, commit, settled),
      ),
  };
}

async function sendMail(
  settings: MailDestination,
  root: string,
  request: SendRequest,
  commit: Commit,
  settled: Map<string, RecipientOutcome>,
): Promise<RecipientOutcome> {
  const { parcel, recipients, signal, progress, trace = () => undefined } = request;
  await verifyParcel(parcel, signal);
  const [{ composeMail }, { Session }] = await Promise.all([import('./message.ts'), import('./session.ts')]);
  const message = composeMail(settings, parcel);
  const stop = new AbortController();
  let committed = false;
  const onAbort = () => {
    if (committed) setTimeout(() => stop.abort(signal.reason), PATIENCE).unref();
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
      await commit().catch((error: unknown) => {
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
      settled.set(recipient, { state: 'failed', ...refusal });
  }
}

/** The pieces of a mail; what makes it one, its end, comes only when the gate lets it pass. */
async function* withGate(
  stream: Readable,
  gate: Commit,
  progress: SendRequest['progress'],
): AsyncGenerator<Buffer> {
  let sent = 0;
  for await (const piece of stream) {
    yield piece as Buffer;
    progress?.((sent += (piece as Buffer).length));
  }
  await gate();
}
