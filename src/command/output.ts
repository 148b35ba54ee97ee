import picocolors from 'picocolors';
import { escapeControls } from './escape-controls.ts';

/** Where a command writes: the process's streams, or a test's arrays. */
export interface Io {
  out(text: string): void;
  err(text: string): void;
  /** Is standard output a terminal? Decides colours and redrawing. */
  tty: boolean;
  /** Ends what follows something; Ctrl-C when left out. */
  signal?: AbortSignal;
}

export const processIo: Io = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  tty: process.stdout.isTTY === true,
};

/**
 * What a command says: one JSON document with `--json`, words and tables otherwise. Standard output carries
 * the answer; remarks go to standard error, so that a pipe gets the answer alone.
 */
export class Output {
  readonly colors: ReturnType<typeof picocolors.createColors>;
  readonly tty: boolean;
  readonly #io: Io;
  readonly json: boolean;

  constructor(io: Io, json: boolean) {
    this.#io = io;
    this.json = json;
    this.tty = io.tty;
    // picocolors' own detection colours whatever runs with CI set, pipes too.
    this.colors = picocolors.createColors(io.tty && !json && !process.env.NO_COLOR);
  }

  /** The answer of a command: `value` with `--json`, else the text that `words` makes. */
  answer(value: unknown, words: () => string): void {
    this.line(this.json ? JSON.stringify(value, null, 2) : words());
  }

  /** One of many answers over time (`--follow`, `--watch`): with `--json` one document a line. */
  event(value: unknown, words: () => string): void {
    this.line(this.json ? JSON.stringify(value) : words());
  }

  line(text: string): void {
    const safe = escapeControls(text);
    this.#io.out(safe.endsWith('\n') ? safe : `${safe}\n`);
  }

  /** Writes as is, for redrawing on a terminal. */
  raw(text: string): void {
    this.#io.out(text);
  }

  /** A remark beside the answer. */
  remark(text: string): void {
    this.#io.err(`${escapeControls(text)}\n`);
  }
}
