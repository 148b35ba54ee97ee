import { endsWithin } from '../task/in-time.ts';

/** The answer is out: a server that hangs is not waited for any longer than this, ms. */
const CLOSES_WITHIN = 2_000;

/** What is to be closed when a command has ended. */
export class Closers {
  readonly #all: (() => Promise<void>)[] = [];

  add(close: () => Promise<void>): void {
    this.#all.push(close);
  }

  /** Closes all, latest first. */
  async close(): Promise<void> {
    // Each on its own: one that fails to close must not keep the next one open.
    for (const close of this.#all.splice(0).reverse()) {
      await endsWithin(CLOSES_WITHIN, close()).catch(() => undefined);
    }
  }
}
