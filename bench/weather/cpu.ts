import { readFileSync } from 'node:fs';
import type { ClientBase } from 'pg';

/** Work of processors, ms. */
export interface Cpu {
  /** Of this process, all its threads. */
  own: number;
  /** Of the server's processes behind the connections; absent where it cannot be read. */
  server?: number;
}

/** Counts what this process, and the server for it, work from now on: unlike time, that is not the machine's mood. */
export async function startCpu(connections: readonly ClientBase[] = []): Promise<() => Cpu> {
  const pids: number[] = [];
  for (const db of connections)
    pids.push((await db.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]!.pid);
  const own = process.cpuUsage();
  const before = readAll(pids);
  return () => {
    const { user, system } = process.cpuUsage(own);
    const after = readAll(pids);
    return {
      own: (user + system) / 1000,
      ...(before !== undefined && after !== undefined && { server: after - before }),
    };
  };
}

function readAll(pids: readonly number[]): number | undefined {
  const found = pids.map(readCpu);
  if (found.length === 0 || found.includes(undefined)) return undefined;
  return found.reduce<number>((sum, ms) => sum + ms!, 0);
}

/** Linux counts in hundredths of a second, on every machine (proc(5): USER_HZ). */
const TICK_MS = 10;

function readCpu(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Its second field, the name, may hold spaces.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  } catch {
    // Another machine, or no Linux.
    return undefined;
  }
}
