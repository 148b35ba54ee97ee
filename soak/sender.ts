import { mkdir, open, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Journal } from './journal.ts';
import type { Sending } from './network.ts';

/** A sender that writes into the inbox under the file's own name makes no longer pauses than this, ms … */
const PAUSE = 100;
/** … and says so when this machine held it up for longer than the loader waits for a file to settle. */
export const SETTLE = 3_000;

export interface Sent {
  /** In the order in which they were complete. */
  arrivals: { sending: Sending; at: number }[];
  /** Files in whose middle the sender was held up: the loader may rightly have taken half of them. */
  heldUp: string[];
}

/** Sends the files at their times until all are sent, or `signal` is aborted. */
export async function sendAll(
  inbox: string,
  sendings: readonly Sending[],
  journal: Journal,
  signal: AbortSignal,
): Promise<Sent> {
  const begun = Date.now();
  const sent: Sent = { arrivals: [], heldUp: [] };
  const underway: Promise<void>[] = [];
  const send = async (sending: Sending) => {
    const longest = await deliver(inbox, sending);
    sent.arrivals.push({ sending, at: Date.now() - begun });
    if (longest >= SETTLE) sent.heldUp.push(sending.name);
    const { name, what, manner, text } = sending;
    journal.note('sent', { name, what, manner, bytes: Buffer.byteLength(text) });
  };
  for (const sending of sendings) {
    const wait = begun + sending.at - Date.now();
    if (wait > 0) await sleep(wait, undefined, { signal });
    signal.throwIfAborted();
    underway.push(send(sending));
    if (underway.length > 100) await Promise.all(underway.splice(0));
  }
  await Promise.all(underway);
  return sent;
}

/** Gives the longest pause in the middle of the file, ms. */
async function deliver(inbox: string, { name, text, manner }: Sending): Promise<number> {
  const target = path.join(inbox, name);
  await mkdir(path.dirname(target), { recursive: true });
  if (manner === 'renamed') {
    const draft = path.join(path.dirname(target), `.${path.basename(name)}.part`);
    await writeFile(draft, text);
    await rename(draft, target);
    return 0;
  }
  const handle = await open(target, 'wx');
  let longest = 0;
  try {
    let last = Date.now();
    const third = Math.ceil(text.length / 3);
    for (let from = 0; from < text.length; from += third) {
      if (from > 0) await sleep(PAUSE);
      await handle.write(text.slice(from, from + third));
      longest = Math.max(longest, Date.now() - last);
      last = Date.now();
    }
  } finally {
    await handle.close();
  }
  return longest;
}
