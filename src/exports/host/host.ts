import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { messageOf } from '../../task/errors.ts';
import type { Period } from '../period.ts';
import { BrokenExport, ExportFailed, endingText, failureText, type Limits } from './failure-texts.ts';
import type { Description, Produced, ExportJob, ProduceJob, ProducePort } from './job.ts';
import type { Request, ToChild, ToParent } from './host-messages.ts';
import { runChild, type Ending } from './run-child.ts';

const MEMORY_MB = 512;
const LOAD_WITHIN_MS = 20_000;
const TIMEOUT_MS = 3 * 3_600_000;
const GRACE_MS = 5_000;
/** A child ends itself when its time is over; who cannot even do that is killed so much later. Its start is counted in. */
const LATER_MS = 15_000;
/** Lines of one run that are passed on. */
const MOST_LINES = 1_000;

/**
 * Loads the module of an export in a process of its own, and gives what it says of itself.
 * @throws {BrokenExport} naming the export, the place in its file and the fault; the signal's reason when it is aborted.
 */
export async function describe(job: ExportJob, signal?: AbortSignal): Promise<Description> {
  const limits = limitsOf(job);
  const outcome = await runChild({
    cwd: job.root,
    memory: limits.memory * 2 ** 20,
    within: limits.loadWithin + LATER_MS,
    onMessage: (message, send) => {
      if (message.type === 'ready') send({ type: 'begin', request: requestOf(job, limits) });
    },
    onLine: () => undefined,
    isAnswer: ({ type }) => type === 'loaded' || type === 'failed',
    signal,
    grace: 0,
  });
  signal?.throwIfAborted();
  if ('answer' in outcome && outcome.answer.type === 'loaded') return outcome.answer.description;
  throw errorOf(job, limits, outcome, false);
}

/**
 * Makes one file of an export, in a process of its own, and lets the export check it. The file lies in the work folder, fsynced, under a name
 * that ends in `.part`; giving it its name is the caller's. Nothing is left of it when this throws.
 * @throws {BrokenExport} when the module cannot be loaded; {ExportFailed} when making the file failed; the port's reason when it is aborted.
 */
export async function produce(job: ProduceJob, period: Period, port: ProducePort): Promise<Produced> {
  const limits = limitsOf(job);
  const part = path.join(job.workFolder, `${job.name}-${randomUUID()}.part`);
  const request: Request = {
    ...requestOf(job, limits),
    make: {
      period,
      part,
      sources: job.sources.names,
      ...(job.sources.config === undefined ? {} : { config: job.sources.config }),
      within: limits.timeout,
      ...(job.limit === undefined ? {} : { limit: job.limit }),
    },
  };
  const secrets = new Secrets();
  let loaded = false;
  let lines = 0;
  const line = (text: string) => {
    lines += 1;
    if (lines < MOST_LINES) port.trace(secrets.hide(text));
    else if (lines === MOST_LINES) port.trace('… more lines are left out');
  };
  let done = false;
  try {
    const outcome = await runChild({
      cwd: job.root,
      memory: limits.memory * 2 ** 20,
      within: limits.timeout + LATER_MS,
      onMessage(message, send) {
        if (message.type === 'ready') send({ type: 'begin', request });
        else if (message.type === 'loaded') loaded = true;
        else if (message.type === 'connect') void connect(job, message.name, secrets).then(send);
        else if (message.type === 'log') line(message.text);
        else if (message.type === 'progress')
          port.progress({
            step: message.step,
            ...(message.rows === undefined ? {} : { done: message.rows }),
          });
      },
      onLine: line,
      isAnswer: ({ type }) => type === 'produced' || type === 'failed',
      signal: port.signal,
      grace: job.grace ?? GRACE_MS,
    });
    port.signal.throwIfAborted();
    if (!('answer' in outcome) || outcome.answer.type !== 'produced')
      throw errorOf(job, limits, outcome, loaded, secrets);
    done = true;
    return outcome.answer.produced;
  } finally {
    if (!done) rmSync(part, { force: true });
  }
}

async function connect({ sources }: ProduceJob, name: string, secrets: Secrets): Promise<ToChild> {
  try {
    if (!sources.names.includes(name)) throw new Error(`the configuration has no source ${name}`);
    const settings = await sources.connect(name);
    secrets.learn(settings);
    return { type: 'connection', name, settings };
  } catch (error) {
    return { type: 'no connection', name, error: messageOf(error) };
  }
}

function errorOf(
  { name }: ExportJob,
  limits: Limits,
  outcome: { answer: ToParent } | { ending: Ending },
  loaded: boolean,
  secrets = new Secrets(),
): Error {
  const { cause, text } =
    'ending' in outcome
      ? endingText(outcome.ending, limits)
      : outcome.answer.type === 'failed'
        ? { cause: 'thrown' as const, text: failureText(outcome.answer.failure, limits) }
        : { cause: 'exit' as const, text: 'its process gave no answer' };
  // A signal from elsewhere says nothing about the module.
  const isItsOwn = !('ending' in outcome && cause === 'exit' && outcome.ending.signal !== null);
  return loaded || !isItsOwn
    ? new ExportFailed(name, cause, secrets.hide(text))
    : new BrokenExport(name, secrets.hide(text));
}

function limitsOf(job: ExportJob & Partial<ProduceJob>): Limits {
  return {
    root: job.root,
    module: job.module,
    memory: job.memory ?? MEMORY_MB,
    loadWithin: job.loadWithin ?? LOAD_WITHIN_MS,
    timeout: job.timeout ?? TIMEOUT_MS,
  };
}

function requestOf({ name, campaign, module }: ExportJob, { loadWithin }: Limits): Request {
  return { name, campaign, module, loadWithin };
}

/** Names of settings whose values nobody may read. */
const secret = /pass|pwd|secret|token|key$/i;

/** The secrets that a process was given, so that what it says can be cleaned of them. */
export class Secrets {
  private readonly known = new Set<string>();

  /** Notes the secrets among the settings of a connection. */
  learn(settings: object): void {
    for (const [name, value] of Object.entries(settings)) {
      if (typeof value === 'object' && value !== null) this.learn(value);
      // A word of three letters would blacken half of every line, and is no secret any more.
      else if (typeof value === 'string' && value.length > 3 && secret.test(name)) this.known.add(value);
    }
  }

  hide(text: string): string {
    let clean = text;
    for (const value of this.known) clean = clean.replaceAll(value, '…');
    return clean;
  }
}
