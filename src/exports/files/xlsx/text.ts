/** What XML cannot hold or would change: most control characters, halves of pairs, and carriage returns, which a parser turns into line feeds. */
const UNFIT = /(?![\t\n])\p{Cc}|[\uFFFE\uFFFF\p{Cs}]|_(?=x[0-9A-Fa-f]{4}_)/gu;
const NEEDS_CARE = /[&<>"]|(?![\t\n])\p{Cc}|[\uFFFE\uFFFF\p{Cs}]|_x[0-9A-Fa-f]{4}_/u;

/**
 * Text as it stands in the XML of a workbook. What XML lacks is written as `_x0001_`, and what looks like that, `_x005F_x0001_`: ST_Xstring of
 * ECMA-376, part 1, 22.9.2.19.
 */
export function xmlText(text: string): string {
  if (!NEEDS_CARE.test(text)) return text;
  return text
    .replaceAll(UNFIT, (char) => `_x${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** Would a program trim it? */
export const keepsSpace = (text: string) => /^\s|\s$|[\n\t]/.test(text);
