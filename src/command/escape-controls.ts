/** Colours as this program sets them. */
const colour = String.raw`\u001B\[[\d;]*m`;

/** Control characters but for tabs and line breaks, and for the colours, which come first so that they are kept whole. */
const controls = new RegExp(String.raw`${colour}|(?![\t\n])\p{Cc}`, 'gu');

/**
 * A text as a terminal may have it. Names of files come from servers and cameras: a control character in one could
 * set a terminal's title, or write over what stands there.
 */
export function escapeControls(text: string): string {
  return text.replace(controls, (found) => (found.length > 1 ? found : show(found)));
}

/** A name as it stands in a row of a table: on one line, its control characters shown. */
export function oneLine(name: string): string {
  return name.replace(/\p{Cc}/gu, show);
}

const short: Readonly<Record<string, string>> = {
  '\n': String.raw`\n`,
  '\r': String.raw`\r`,
  '\t': String.raw`\t`,
};

const show = (character: string) =>
  short[character] ?? String.raw`\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
