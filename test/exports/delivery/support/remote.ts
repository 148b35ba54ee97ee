import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OutgoingFile, RecipientOutcome } from '../../../../src/exports/delivery/delivery-channel.ts';
import type { OpenDestination } from '../../../../src/exports/delivery/open-destination.ts';
import type { Cutter, Way } from './cutting-relay.ts';
import { makeOutgoingFile, makeRequest } from './outgoing-file.ts';

const never = new AbortController().signal;

/** The folder of a server, seen from this machine. */
export interface Served {
  folder: string;
  /** Gives all that is in it to the server's account. */
  adopt(): void;
}

/** Files of a folder, hidden ones too. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder).sort();
}

/** Sends once; the one outcome and the number of checkpoints. */
export async function sendOnce(
  channel: OpenDestination,
  outgoing: OutgoingFile,
  checkpoint?: () => Promise<void>,
): Promise<{ outcome: RecipientOutcome; checkpoints: number }> {
  const request = makeRequest(outgoing, channel.recipients(), checkpoint);
  const outcomes = await channel.send(request);
  return { outcome: outcomes.get(channel.recipients()[0]!)!, checkpoints: request.checkpoints };
}

/** Puts a file into the served folder as somebody else. */
export function plant({ folder, adopt }: Served, name: string, content: string | Uint8Array): string {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  adopt();
  return file;
}

interface Point {
  outgoing: OutgoingFile;
  outcome: RecipientOutcome;
  checkpoints: number;
  after: string;
}

/**
 * Sends one file after the other over a line that breaks after so many bytes of one way, a little later each time. Gives what is wrong: a
 * file that arrived and counts as failed, one that counts as delivered and is not there or not whole, one that cannot be tried again.
 */
export async function sweep(
  {
    direct,
    cut,
    cutter,
    served,
  }: { direct: OpenDestination; cut: OpenDestination; cutter: Cutter; served: Served },
  way: Way,
  step: number,
): Promise<{ wrong: string[]; seen: Record<RecipientOutcome['state'], number> }> {
  const before = cutter.passed[way];
  const first = makeOutgoingFile({ name: 'first.csv', id: 'first' });
  const whole = await sendOnce(cut, first);
  const total = cutter.passed[way] - before;
  const wrong: string[] = [];
  const seen = { delivered: 0, failed: 0, unknown: 0 };
  if (whole.outcome.state !== 'delivered') return { wrong: [JSON.stringify(whole)], seen };

  const points: Point[] = [];
  // Most happens towards the end; what comes before is talk.
  for (let at = 1; at < total + 4 * step; at += at < total * 0.6 ? 3 * step : step) {
    const outgoing = makeOutgoingFile({ name: `at-${at}.csv`, id: `at-${at}` });
    cutter.mend();
    cutter.cutAfter(way, at);
    const after = `cut after ${at} of ${total} bytes ${way}`;
    points.push({ outgoing, after, ...(await sendOnce(cut, outgoing)) });
  }
  cutter.mend();
  // What a server still has to do for lines that are gone.
  await sleep(1_000);
  const retried: OutgoingFile[] = [];
  for (const [n, { outgoing, outcome, checkpoints, after }] of points.entries()) {
    seen[outcome.state]++;
    const expects = (what: string, holds: boolean) => {
      if (!holds) wrong.push(`${what}: ${after}, ${JSON.stringify(outcome)}`);
    };
    const state = contentState(served, outgoing);
    expects('not whole under its name', state !== 'other');
    if (outcome.state === 'failed') expects('failed though it has arrived', state === 'absent');
    if (outcome.state === 'delivered') expects('has not arrived', state === 'whole');
    if (outcome.state === 'unknown') expects('unknown before the checkpoint', checkpoints === 1);
    // Those that broke off early are all alike, and connections take their time.
    if (checkpoints === 0 && n % 4 > 0) continue;
    retried.push(outgoing);
    const found = await direct.verifyArrival(outgoing, never);
    expects(`${state} and looked up as ${found}`, (state === 'whole') === (found === 'delivered'));
    const again = await sendOnce(direct, outgoing);
    expects(`cannot be tried again: ${JSON.stringify(again)}`, again.outcome.state === 'delivered');
    expects('sent twice', state === 'absent' || again.checkpoints === 0);
    expects('not whole after the next try', contentState(served, outgoing) === 'whole');
  }
  for (const { id } of retried)
    if (filesIn(served.folder).includes(`.regie-${id}.part`)) wrong.push(`left behind: .regie-${id}.part`);
  return { wrong, seen };
}

function contentState(
  { folder }: Served,
  { name, path: source }: OutgoingFile,
): 'absent' | 'whole' | 'other' {
  if (!filesIn(folder).includes(name)) return 'absent';
  return readFileSync(path.join(folder, name)).equals(readFileSync(source)) ? 'whole' : 'other';
}
