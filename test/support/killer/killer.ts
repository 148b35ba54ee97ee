import type { Socket } from 'node:net';
import './disk.ts';
import './database.ts';
import './network.ts';
import { watch, type Step, type Watcher } from './step.ts';

/** How often a run could have died, by what it was about to do. */
export type Moments = Record<Step['kind'], number>;

/** What every step of a dead run ends with. */
export class Killed extends Error {}

/**
 * Ends a run as kill −9 does, inside of this process: at its `at`-th moment, which is before a step or in the middle
 * of a write. From there on no step has any effect, and its connections are gone without a word. Counts only when
 * `at` is left out.
 */
export class Killer implements Watcher {
  readonly moments: Moments = { disk: 0, database: 0, network: 0 };
  /** What it died at. */
  death: string | undefined;
  private readonly end = new AbortController();
  /** Aborted at its death: ends waits of the run that nothing else would end, as those for a server. */
  readonly signal = this.end.signal;
  private readonly at: number;
  private readonly connections = new Set<Socket>();

  constructor(at = Infinity) {
    this.at = at;
  }

  get count(): number {
    const { disk, database, network } = this.moments;
    return disk + database + network;
  }

  /** From now on. What came before, as the opening of its session, are no moments of the run. */
  readonly arm = (): void => watch(this);

  readonly disarm = (): void => watch(undefined);

  before(step: Step): void {
    this.alive();
    if (step.over) this.connections.add(step.over);
    this.pass(step, 'before');
    if (!step.tear) return;
    this.pass(step, 'in the middle of', step.tear);
  }

  after(): void {
    // The same as before the next one.
  }

  alive(): void {
    if (this.death !== undefined) throw new Killed(`killed ${this.death}`);
  }

  private pass(step: Step, where: string, half?: () => void): void {
    this.moments[step.kind] += 1;
    if (this.count < this.at) return;
    const death = `${where} ${step.call()}`;
    try {
      half?.();
    } catch {
      // It would have failed.
    }
    this.death = death;
    for (const connection of this.connections) connection.destroy();
    this.end.abort(new Killed(`killed ${death}`));
    this.alive();
  }
}
