import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Order } from './victim.ts';

const program = fileURLToPath(new URL('./victim.ts', import.meta.url));

/** How a victim ended. */
export type End = 'drained' | 'killed';

/** Processes that run `victim.ts`, one at a time; the next one is kept ready, since a start takes a second. */
export class Victims {
  private next: Promise<ChildProcess> | undefined;

  /** Lets one work until nothing is left, or it is killed: by itself (see `Order`), or after `killAfter` ms. */
  async run(order: Order, killAfter?: number): Promise<End> {
    const victim = await (this.next ?? start());
    const ended = once(victim, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    let drained = false;
    victim.on('message', (word) => (drained ||= word === 'drained'));
    victim.send(order);
    this.next = start();
    const timer = killAfter === undefined ? undefined : setTimeout(() => victim.kill('SIGKILL'), killAfter);
    const [code, signal] = await ended;
    clearTimeout(timer);
    if (drained) return 'drained';
    if (signal === 'SIGKILL') return 'killed';
    throw new Error(`the victim ended by itself, with code ${code}: its words are above`);
  }

  async close(): Promise<void> {
    const idle = await this.next;
    this.next = undefined;
    if (!idle) return;
    const ended = once(idle, 'exit');
    idle.kill('SIGKILL');
    await ended;
  }
}

async function start(): Promise<ChildProcess> {
  const child = fork(program, {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const [word] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => {
      throw new Error('the victim did not start');
    }),
  ])) as [unknown];
  if (word !== 'ready') throw new Error(`the victim said ${String(word)}, expected ready`);
  return child;
}
