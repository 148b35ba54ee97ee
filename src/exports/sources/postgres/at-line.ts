/** The server counts characters to where it stumbled; people count lines. */
export function atLine(error: Error, text: string): Error {
  const position = Number((error as { position?: string }).position);
  if (!position) return error;
  const line =
    Array.from(text)
      .slice(0, position - 1)
      .filter((character) => character === '\n').length + 1;
  error.message += `, at line ${line} of it`;
  return error;
}
