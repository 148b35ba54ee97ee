import type { FTPContext } from 'basic-ftp';

/** A port that was told longer ago may be shut again, by the server or a firewall, ms. */
const FRESH = 5_000;

const told = new WeakMap<FTPContext, { port: number; at: number }>();

/** Keeps the port of a control connection's next data connection, when the server tells it in advance. */
export function keepPort(ftp: FTPContext, port: number): void {
  told.set(ftp, { port, at: performance.now() });
}

/** The port that was told in advance, once; undefined when there is none, or it is too old. */
export function takePort(ftp: FTPContext): number | undefined {
  const kept = told.get(ftp);
  told.delete(ftp);
  return kept && performance.now() - kept.at < FRESH ? kept.port : undefined;
}
