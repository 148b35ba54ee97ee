import { shutdownSignal } from '../command/shutdown-signal.ts';
import { startThread } from '../processes/thread.ts';
import type { Config } from '../task/config.ts';
import { ignoringAbort } from '../task/in-time.ts';
import { messageOf } from '../task/errors.ts';
import type { Begin, FromWorker, ToWorker } from './worker-messages.ts';

/** Who has lost its keeper ends as by a first signal, and no later than this, ms: somewhat longer than any orderly end takes. */
const ENDS_WITHOUT_KEEPER = 40_000;
/** A message is a write into a pipe; who reads it no more is not waited for any longer, ms. */
const SENT_WITHIN = 500;

/**
 * Runs the worker that the process `keeper`, a `regie up`, keeps; then this process exits. It prepares itself while the servers start, and begins when it
 * is told where they are. Ends when it is told to, by a signal, or because its keeper has gone: whatever that died of.
 */
export async function runKept(keeper: number, load: () => Promise<Config>): Promise<never> {
  const send = takeChannel();
  const order = new AbortController();
  const haste = new AbortController();
  /** From now on there is something to end. */
  let works = false;
  const begin = new Promise<Begin>((resolve) => {
    process.on('message', (message: ToWorker) => {
      if (message.type === 'begin') resolve(message);
      else if (!works) process.exit(0);
      else if (message.type === 'drain') order.abort();
      else haste.abort();
    });
  });
  const lost = () => {
    if (!works) process.exit(0);
    order.abort();
    setTimeout(() => process.exit(1), ENDS_WITHOUT_KEEPER).unref();
  };
  process.once('disconnect', lost);
  if (!process.connected) lost();
  startThread(import.meta.url, 'keeper-watch', { keeper });

  const host = { exitCode: 0, onClose: () => undefined };
  try {
    const [config, { runWorker }, { openLog }, { installRuntime }, { isOfShut }] = await Promise.all([
      load(),
      import('./run-worker.ts'),
      import('./logger.ts'),
      import('./runtime.ts'),
      import('../temporal/shut.ts'),
    ]);
    const { logger } = openLog();
    process.on('uncaughtException', (thrown: unknown) => {
      if (isOfShut(thrown)) return;
      // Nobody knows what it has left half done; what runs here is begun anew by the next worker.
      logger.fatal({ err: thrown }, 'an uncaught error ends the worker');
      void send({ type: 'stray', message: messageOf(thrown) }).finally(() => process.exit(1));
    });
    installRuntime(logger);
    const { databaseUrl, alone } = await begin;
    works = true;
    const signals = shutdownSignal(host);
    const signal = AbortSignal.any([order.signal, signals.signal]);
    const work = runWorker({
      config,
      databaseUrl,
      alone,
      logger,
      signal,
      hurry: AbortSignal.any([haste.signal, signals.hurry]),
      onReady: () => void send({ type: 'ready' }),
      say: (line) => void send({ type: 'say', line }),
    });
    // It may end before it polls.
    await ignoringAbort(signal, work);
  } catch (error) {
    const { explain } = await import('../reach/explain-error.ts');
    host.exitCode ||= 1;
    await send({ type: 'failed', ...explain(error) });
  }
  // A worker that was dropped still polls.
  return process.exit(host.exitCode);
}

/** Takes the way to the keeper away from the process: what a task's code says by `process.send` must not get there. */
function takeChannel(): (message: FromWorker) => Promise<void> {
  const post = process.send?.bind(process);
  delete process.send;
  // Resolved when it is sent, or cannot be.
  return (message) =>
    new Promise((resolve) => {
      setTimeout(resolve, SENT_WITHIN);
      if (process.connected) post?.(message, undefined, undefined, () => resolve());
      else resolve();
    });
}
