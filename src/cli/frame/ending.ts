import type { Session } from './session.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Aborted by Ctrl-C, by SIGTERM (service managers) or when the terminal goes away: for what has to be stopped in
 * order. Later signals change nothing: npm hands on the Ctrl-C that the terminal has already sent, and servers
 * whose owner dies of it would be left behind.
 */
export function ending(session: Session): AbortSignal {
  const controller = new AbortController();
  const end = () => controller.abort();
  for (const signal of signals) process.on(signal, end);
  // Nobody reads any more (`regie up | head`, a closed terminal).
  process.stdout.on('error', end);
  session.onClose(async () => {
    for (const signal of signals) process.off(signal, end);
    process.stdout.off('error', end);
  });
  return controller.signal;
}
