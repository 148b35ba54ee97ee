const maxLines = 50;
const maxBytes = 8_192;

/** Adds a line to the log of the query `log`, which keeps the last 50 lines or 8 KB. */
export function append(log: string[], at: string, text: string): void {
  // A file's name, or a caller's, may hold a line break: it must not look like two lines.
  log.push(`${at} ${text.replace(/\s*[\r\n]+\s*/g, ' ')}`.slice(0, 1_000));
  let size = log.reduce((sum, line) => sum + line.length + 1, 0);
  while (log.length > maxLines || size > maxBytes) size -= (log.shift() ?? '').length + 1;
}
