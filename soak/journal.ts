import { createWriteStream, type WriteStream } from 'node:fs';

/** What happens during a soak, a line of JSON each; notable events also as words for whoever watches. */
export class Journal {
  private readonly stream: WriteStream;
  private readonly begun = Date.now();
  private readonly say: (line: string) => void;

  constructor(file: string, say: (line: string) => void) {
    this.stream = createWriteStream(file);
    this.say = say;
  }

  /** An event of which there are many. */
  note(event: string, data: object = {}): void {
    const seconds = (Date.now() - this.begun) / 1_000;
    this.stream.write(`${JSON.stringify({ seconds, event, ...data })}\n`);
  }

  /** An event worth a line on the screen. */
  tell(event: string, data: object = {}): void {
    this.note(event, data);
    const seconds = ((Date.now() - this.begun) / 1_000).toFixed(1).padStart(7);
    const rest = Object.entries(data).map(([key, value]) => `${key} ${String(value)}`);
    this.say(`${seconds} s  ${[event, ...rest].join('  ')}`);
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.stream.end(resolve));
  }
}
