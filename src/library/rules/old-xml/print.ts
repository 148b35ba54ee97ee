import type { RulesFile } from './read-old-xml.ts';

/** Rules of a file as the settings of a task of kind `recordMover`; of one that cannot be read the reason, as a comment. */
export function printSettings({ rules, remarks }: RulesFile, from: string): string {
  const lines = rules.map((each) =>
    'fault' in each
      ? `    // ${oneLine(`${JSON.stringify(each.name)} is left out: ${each.fault}`)}`
      : `    ${print(each.input, 4)},`,
  );
  const comments = [`From ${from}.`, ...remarks].map((text) => `// ${oneLine(text)}`);
  return [...comments, 'settings: {', '  rules: [', ...lines, '  ],', '},'].join('\n');
}

/** What a line of code may have. */
const WIDTH = 110;

function print(value: unknown, indent: number): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value !== 'object' || value === null) return String(value);
  const parts = Array.isArray(value)
    ? value.map((each) => print(each, indent + 2))
    : Object.entries(value).map(([key, each]) => `${key}: ${print(each, indent + 2)}`);
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{ ', ' }'];
  const short = `${open}${parts.join(', ')}${close}`;
  if (!short.includes('\n') && indent + short.length < WIDTH) return short;
  const margin = ' '.repeat(indent);
  return `${open.trim()}\n${parts.map((part) => `${margin}  ${part},\n`).join('')}${margin}${close.trim()}`;
}

/** A text in single quotes, as the formatter has it. */
function quote(text: string): string {
  const inner = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"');
  return text.includes("'") && !text.includes('"') ? `"${inner}"` : `'${inner.replaceAll("'", "\\'")}'`;
}

/** Nothing that is quoted from the file may end the comment that it stands in. */
const oneLine = (text: string) => text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
