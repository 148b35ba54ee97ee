import { mkdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Pool } from 'pg';
import { syncFolder } from '../../../files/atomic-write.ts';
import { exists } from '../../../files/move.ts';
import { readAnswer, type Answer } from '../answer/answer.ts';
import { readBatch } from '../batch-ledger.ts';
import type { Folders } from '../batch-settings.ts';

/** What a sender can be told of a batch: its answer, or that it waits in the drop. */
export type Told = Answer | { batch: string; state: 'waiting' };

/** ms between looks whether a batch is closed. */
const LOOK_EVERY = 150;

/** The batches of a task as its endpoint sees them: in the drop, being taken, or in the ledger. */
export class Batches {
  private readonly pool: Pool;
  private readonly folders: Folders;

  constructor(pool: Pool, folders: Folders) {
    this.pool = pool;
    this.folders = folders;
  }

  /** Gives what is known of a batch; undefined when there is none of that id, or it is forgotten. */
  async find(id: string): Promise<Told | undefined> {
    const state = await this.stateOf(id);
    if (state === undefined) return undefined;
    const answer = state === 'waiting' ? undefined : await readAnswer(this.pool, id);
    return answer ?? { batch: id, state: 'waiting' };
  }

  /** Gives a batch's folder its place in the drop, safe against a power cut; false when one has it already. */
  drop(folder: string, id: string): boolean {
    mkdirSync(this.folders.drop, { recursive: true });
    try {
      renameSync(folder, path.join(this.folders.drop, id));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOTEMPTY' || code === 'EEXIST') return false;
      throw error;
    }
    syncFolder(this.folders.drop);
    return true;
  }

  /** What is known of a batch when it is closed, but at the latest after `ms`, or when the signal is aborted. */
  async wait(id: string, ms: number, signal: AbortSignal): Promise<Told> {
    const until = Date.now() + ms;
    while (Date.now() < until && !signal.aborted) {
      const state = await this.stateOf(id);
      if (state === 'done' || state === 'failed') break;
      await setTimeout(LOOK_EVERY);
    }
    return (await this.find(id)) ?? { batch: id, state: 'waiting' };
  }

  /** Where a batch is: one that was closed and came again waits in the drop once more. */
  private async stateOf(id: string): Promise<Told['state'] | undefined> {
    // The drop first: on its way to the ledger a batch is seen at one of the two.
    const waits = exists(path.join(this.folders.drop, id));
    const row = await readBatch(this.pool, id);
    if (row && (row.state === 'open' || !waits)) return row.state;
    return waits || exists(path.join(this.folders.work, id)) ? 'waiting' : undefined;
  }
}

export const isClosed = (told: Told): told is Answer => told.state === 'done' || told.state === 'failed';
