import { readFileSync } from 'node:fs';

/**
 * The line of a module on which a property is declared, as far as its text tells: `header = …`, `header: …`, `export const target …`,
 * `async *rows(…)`. From 1; undefined when nothing looks like it.
 */
export function lineOf(file: string, property: string | undefined): number | undefined {
  if (property === undefined) return undefined;
  const name = property.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  const declared =
    property === 'default'
      ? /^\s*export default\b/
      : new RegExp(
          String.raw`^\s*(?:export\s+)?(?:(?:const|let|static|readonly|override|public|async)\b\s*)*\*?\s*${name}\s*[?!]?\s*[=:({]`,
        );
  const line = read(file).findIndex((text) => declared.test(text));
  return line === -1 ? undefined : line + 1;
}

function read(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    return [];
  }
}
