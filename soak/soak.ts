import { Client, Connection } from '@temporalio/client';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readRunFile } from '../src/processes/run-file.ts';
import { hashesIn, hashesOf, keptIn, snapshot } from '../test/e2e/support/snapshot.ts';
import { differences, withoutBatch } from './differences.ts';
import { drain } from './drain.ts';
import { measureHistories, type Histories } from './histories.ts';
import { Installation, soakConfig } from './installation.ts';
import { Journal } from './journal.ts';
import { sampleMemory, type Memory } from './memory.ts';
import { planNetwork, type Sending } from './network.ts';
import type { SoakOptions } from './options.ts';
import { sendAll, type Sent } from './sender.ts';
import { makeTrouble, type Trouble } from './trouble.ts';
import { computeUndisturbed } from './undisturbed.ts';
import { installationIn, makeWorkspace, removeWorkspace } from './workspace.ts';

/** What a soak found. */
export interface SoakResult {
  files: Record<Sending['what'] | 'all', number>;
  observations: number;
  trouble: Trouble;
  restarts: Installation['restarts'];
  failedStarts: number;
  histories: Histories;
  /** Of the worker that was never killed. */
  memory: Memory;
  /** Seconds from the end of the play until everything was loaded and aggregated. */
  drained: number;
  /** What is not as it should be, in words; empty when all is well. */
  faults: string[];
  /** Kept when there are faults: the installation, its logs, the journal. */
  folder?: string;
}

/** Control workflows begin anew at 1,000 events, when nobody waits for an answer; a burst of signals goes beyond. */
const LONGEST_CONTROL = 2_000;
/** An undisturbed run has 12; a worker that dies in it, or a server that is away, adds some. */
const LONGEST_RUN = 200;
/** Medians of the last and of the middle third, less what a garbage collector may leave for later, MB. */
const MEMORY_FACTOR = 1.25;
const MEMORY_SLACK = 40;
const DRAIN_MS = 600_000;

/**
 * Plays a network of stations on an installation of its own while its processes are killed and commanded, drains it,
 * and compares it with an undisturbed computation of the same files. Throws when the installation cannot be started,
 * or `signal` is aborted; everything else that goes wrong is a fault of the result.
 */
export async function soak(
  options: SoakOptions,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<SoakResult> {
  const folder = await makeWorkspace();
  const journal = new Journal(options.journal ?? path.join(folder, 'journal.ndjson'), say);
  let keep = false;
  try {
    const root = installationIn(folder);
    mkdirSync(root);
    const installation = await Installation.make(root, soakConfig(options.stations), journal);
    try {
      const result = await playAndCompare(installation, folder, options, journal, signal);
      keep = result.faults.length > 0;
      return keep ? { ...result, folder } : result;
    } catch (error) {
      keep = !signal.aborted;
      throw error;
    } finally {
      await installation.stop();
    }
  } finally {
    await journal.close();
    if (!keep) await removeWorkspace(folder);
  }
}

async function playAndCompare(
  installation: Installation,
  folder: string,
  options: SoakOptions,
  journal: Journal,
  signal: AbortSignal,
): Promise<SoakResult> {
  const plan = planNetwork(options);
  journal.tell('begins', { ...options, files: plan.length });
  await installation.start(signal);
  const { sent, trouble, memory } = await play(installation, plan, options, journal, signal);

  journal.tell('the play is over; draining');
  const over = Date.now();
  const faults: string[] = [];
  await drain(installation, journal, DRAIN_MS, signal);
  const drained = Math.round((Date.now() - over) / 1_000);
  const histories = await withClient(installation.root, measureHistories);
  const verified = await installation.regie('weather', 'verify');
  if (verified.code !== 0)
    faults.push(`regie weather verify ended with ${verified.code}: ${verified.out || verified.err}`);

  journal.tell('drained; computing the same undisturbed');
  const url = await installation.databaseUrl();
  const calm = path.join(folder, 'undisturbed');
  const calmUrl = await computeUndisturbed(sent, soakConfig(options.stations), calm, url);
  journal.tell('comparing');
  const [expected, found] = [await snapshot(calmUrl), await snapshot(url)];
  for (const [table, rows] of Object.entries(expected)) {
    faults.push(...differences(`table ${table}`, rows.map(withoutBatch), found[table]!.map(withoutBatch)));
    if (rows.length === 0 && table !== 'dirty_hour' && table !== 'station_aggregate')
      faults.push(`table ${table} is empty: nothing was compared`);
  }
  faults.push(...compareFiles(installation.root, calm, sent));
  faults.push(
    ...sent.heldUp.map((name) => `this machine held up the sender in the middle of ${name}: play it again`),
  );
  faults.push(...trouble.faults, ...judge(histories, memory));

  faults.push(...(await installation.stop()));
  faults.push(...installation.services.flatMap((service) => service.faults));
  return {
    files: countFiles(sent),
    observations: expected['observation']!.length,
    trouble,
    restarts: installation.restarts,
    failedStarts: installation.services.reduce((sum, { failedStarts }) => sum + failedStarts, 0),
    histories,
    memory,
    drained,
    faults,
  };
}

async function play(
  installation: Installation,
  plan: readonly Sending[],
  options: SoakOptions,
  journal: Journal,
  signal: AbortSignal,
): Promise<{ sent: Sent; trouble: Trouble; memory: Memory }> {
  const over = new AbortController();
  const until = AbortSignal.any([signal, over.signal]);
  const trouble = makeTrouble(installation, options, journal, until);
  const memory = sampleMemory(installation.steady, until);
  try {
    const inbox = path.join(installation.root, 'data/weather/inbox');
    const [sent] = await Promise.all([
      sendAll(inbox, plan, journal, signal),
      sleep(options.minutes * 60_000, undefined, { signal }),
    ]);
    over.abort();
    return { sent, trouble: await trouble, memory: await memory };
  } finally {
    over.abort();
    await Promise.allSettled([trouble, memory]);
  }
}

/** Every file that was sent is kept once, whole, where the undisturbed loader keeps it, with the same report. */
function compareFiles(root: string, calm: string, { arrivals }: Sent): string[] {
  const [found, expected] = [
    keptIn(path.join(root, 'data/weather')),
    keptIn(path.join(calm, 'data/weather')),
  ];
  const reports = (kept: typeof found) =>
    Object.entries(kept.reports).map(([name, report]) => withoutBatch(`${name} ${JSON.stringify(report)}`));
  return [
    ...differences('file sent', hashesOf(arrivals.map(({ sending }) => sending)), hashesIn(found)),
    ...differences('file kept', expected.files, found.files),
    ...differences('report', reports(expected), reports(found)),
    ...found.left.map((name) => `left behind: ${name}`),
  ];
}

function judge(histories: Histories, { middle, last }: Memory): string[] {
  const { longestRun, longestControl } = histories;
  return [
    ...(histories.runs === 0 ? ['no run was found in Temporal'] : []),
    ...(longestRun > LONGEST_RUN
      ? [`a run's history has ${longestRun} events; expected at most ${LONGEST_RUN}`]
      : []),
    ...(longestControl > LONGEST_CONTROL
      ? [`a control workflow's history has ${longestControl} events; expected at most ${LONGEST_CONTROL}`]
      : []),
    ...(last > middle * MEMORY_FACTOR + MEMORY_SLACK
      ? [`the worker's memory grew from ${middle} MB in the middle third to ${last} MB in the last`]
      : []),
  ];
}

function countFiles({ arrivals }: Sent): SoakResult['files'] {
  const files = { all: 0, 'in time': 0, late: 0, again: 0, replacement: 0, overlap: 0, spoiled: 0 };
  for (const { sending } of arrivals) {
    files.all += 1;
    files[sending.what] += 1;
  }
  return files;
}

async function withClient<T>(root: string, use: (client: Client) => Promise<T>): Promise<T> {
  const address = (await readRunFile(root))?.temporal?.address;
  if (!address) throw new Error(`no Temporal server runs in ${root}`);
  const connection = await Connection.connect({ address });
  try {
    return await use(new Client({ connection }));
  } finally {
    await connection.close();
  }
}
