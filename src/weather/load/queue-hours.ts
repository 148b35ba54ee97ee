/**
 * Jobs done one after the other, of which so many may wait while the next one is prepared. After one that fails
 * none is begun any more: their order counts.
 */
export class JobQueue {
  private readonly limit: number;
  private readonly waiting: Promise<void>[] = [];
  private last: Promise<void> = Promise.resolve();

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Queues a job; waits until no more than the limit are left. Throws the error of the first that failed. */
  async add(job: () => Promise<void>): Promise<void> {
    this.last = this.last.then(job);
    // Its error is thrown where it is awaited; until then it must not count as unhandled.
    this.last.catch(() => undefined);
    this.waiting.push(this.last);
    while (this.waiting.length > this.limit) await this.waiting.shift();
  }

  /** Waits for all of them. */
  async drain(): Promise<void> {
    this.waiting.length = 0;
    await this.last;
  }
}
