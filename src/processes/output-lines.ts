import { StringDecoder } from 'node:string_decoder';
import type { Readable } from 'node:stream';

/** Characters of a line; what is longer is data, and somebody else's: the rest of such a line is dropped. */
const LONGEST = 1_000;

/** Gives `take` each line of a stream, the last one too when no line break ends it. Keeps no more than one line, of `longest` characters. */
export function readLines(stream: Readable, take: (line: string) => void, longest = LONGEST): void {
  const decoder = new StringDecoder('utf8');
  let line = '';
  stream.on('data', (bytes: Buffer) => {
    const [first = '', ...others] = decoder.write(bytes).split('\n');
    line = (line + first).slice(0, longest);
    for (const next of others) {
      take(line.replace(/\r$/, ''));
      line = next.slice(0, longest);
    }
  });
  stream.on('end', () => {
    if (line !== '') take(line);
  });
  // A pipe of a process that was killed; what it said is told by how it ended.
  stream.on('error', () => undefined);
}
