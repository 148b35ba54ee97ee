import type { Session } from './session.ts';

/** Aborted by Ctrl-C or by SIGTERM, which service managers send: for what runs until it is told to end. */
export function ending(session: Session): AbortSignal {
  const controller = new AbortController();
  const end = () => controller.abort();
  process.on('SIGTERM', end);
  session.onClose(async () => void process.off('SIGTERM', end));
  return AbortSignal.any([controller.signal, session.interruption()]);
}
