const codes: Readonly<Record<string, string>> = {
  yyyy: 'yyyy',
  MM: 'mm',
  dd: 'dd',
  HH: 'hh',
  mm: 'mm',
  ss: 'ss',
};

/** Characters of a format; more make a file that Excel calls damaged. */
const LONGEST_CODE = 255;

/**
 * A pattern of dates (`dd/MM/yyyy`) in the words of spreadsheets (`dd"/"mm"/"yyyy`). What is neither token nor plain mark is quoted: an
 * unquoted `/` would become the reader's own mark. Fractions of seconds exist only behind `ss.` or `ss,`, where they follow the reader's decimal mark.
 * @returns undefined when a spreadsheet cannot show it.
 */
export function dateCode(pattern: string): string | undefined {
  const tokens: readonly string[] =
    pattern.match(/yyyy|MM|dd|HH|mm|ss[.,]SSS|ss|SSS|[-: ]+|(?:(?!yyyy|MM|dd|HH|mm|ss|SSS)[^-: ])+/g) ?? [];
  if (tokens.includes('SSS')) return undefined;
  const code = tokens
    .map((token) => {
      if (token.length > 2 && token.startsWith('ss')) return 'ss.000';
      if (/^[-: ]/.test(token)) return token;
      return (
        codes[token] ??
        token
          .split('"')
          .map((text) => text && `"${text}"`)
          .join('\\"')
      );
    })
    .join('');
  return code.length > LONGEST_CODE ? undefined : code;
}

/** Of numbers with so many decimals. Spreadsheets know at most 30. */
export function decimalsCode(decimals: number): string {
  return decimals === 0 ? '0' : `0.${'0'.repeat(Math.min(decimals, 30))}`;
}
