/** How files are gathered. */
export interface GroupLimits {
  files: number;
  bytes: number;
  /** How long the first file of a group may wait for others, ms. */
  age: number;
}

/** Groups that may wait while others are filled. */
const AHEAD = 2;

/**
 * Gathers items into groups, each of which is finished as one while the next one fills: by number, by bytes, or
 * because the first has waited long enough. Groups are finished one after the other.
 */
export class Groups<T> {
  private readonly limits: GroupLimits;
  private readonly finish: (group: readonly T[]) => Promise<void>;
  private group: T[] = [];
  private bytes = 0;
  private timer: NodeJS.Timeout | undefined;
  private last: Promise<void> = Promise.resolve();
  private waiting = 0;
  private failure: { error: unknown } | undefined;

  constructor(limits: GroupLimits, finish: (group: readonly T[]) => Promise<void>) {
    this.limits = limits;
    this.finish = finish;
  }

  /** Adds an item of so many bytes; waits while too many groups do. Throws the error of one that failed. */
  async add(item: T, bytes: number): Promise<void> {
    this.throwFailure();
    this.group.push(item);
    this.bytes += bytes;
    this.timer ??= setTimeout(() => this.close(), this.limits.age);
    if (this.group.length >= this.limits.files || this.bytes >= this.limits.bytes) this.close();
    while (this.waiting > AHEAD) await this.last;
    this.throwFailure();
  }

  /** Finishes all that was added. Throws the error of a group that failed; those after it were not begun. */
  async drain(): Promise<void> {
    this.close();
    await this.last;
    this.throwFailure();
  }

  private throwFailure(): void {
    if (this.failure) throw this.failure.error;
  }

  private close(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { group } = this;
    if (group.length === 0) return;
    this.group = [];
    this.bytes = 0;
    this.waiting += 1;
    this.last = this.last.then(() => this.finishOne(group));
  }

  private async finishOne(group: readonly T[]): Promise<void> {
    try {
      if (!this.failure) await this.finish(group);
    } catch (error) {
      this.failure = { error };
    }
    this.waiting -= 1;
  }
}
