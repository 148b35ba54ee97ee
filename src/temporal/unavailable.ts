import { isRunning } from '../processes/processes.ts';
import { readRunFile } from '../processes/run-file.ts';

/** A server that has died; the `regie up` that owns it starts it again. */
export interface UnavailableServer {
  server: 'Temporal' | 'PostgreSQL';
  /** A sentence for operators. */
  words: string;
}

/** Which local servers of the installation in `root` are away while their `regie up` runs; mostly none, or for seconds. */
export async function unavailableServers(root: string): Promise<UnavailableServer[]> {
  const file = await readRunFile(root).catch(() => undefined);
  if (!file || !isRunning(file.owner)) return [];
  const kept = [
    { server: 'Temporal', name: 'the Temporal server', process: file.temporal?.process, log: 'temporal.log' },
    { server: 'PostgreSQL', name: 'PostgreSQL', process: file.postgres?.process, log: 'postgres.log' },
  ] as const;
  return kept.flatMap(({ server, name, process, log }) => {
    if (!process || isRunning(process)) return [];
    const words =
      `${name} (pid ${process.pid}) has died; \`regie up\` (pid ${file.owner.pid}) starts it again: ` +
      `wait some seconds, or see ${log} in .regie`;
    return { server, words };
  });
}

/** The worker of the installation's `regie up`, where that runs and the worker has died: it is started again. */
export async function deadWorker(root: string): Promise<{ pid: number; words: string } | undefined> {
  const file = await readRunFile(root).catch(() => undefined);
  if (!file?.worker || !isRunning(file.owner) || isRunning(file.worker)) return undefined;
  const { pid } = file.worker;
  return {
    pid,
    words: `the worker (pid ${pid}) has died; \`regie up\` (pid ${file.owner.pid}) starts it again`,
  };
}
