/** Which tasks' runs a worker has in hand: what it waits for when it ends. */
export class RunsInHand {
  readonly #runs = new Map<object, string>();

  /** Counts a run of `task` while `work` is in progress. */
  async during<T>(task: string, work: () => Promise<T>): Promise<T> {
    const run = {};
    this.#runs.set(run, task);
    try {
      return await work();
    } finally {
      this.#runs.delete(run);
    }
  }

  /** Their names, each once. */
  tasks(): string[] {
    return [...new Set(this.#runs.values())];
  }
}
