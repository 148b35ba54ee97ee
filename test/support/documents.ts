import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

/** This project's folder. */
export const project = path.join(import.meta.dirname, '..', '..');

/** A piece of code of a document, between fences. */
export interface CodeBlock {
  document: string;
  /** Of its first line of code. */
  line: number;
  /** `sh`, `ts` … */
  language: string;
  /** What follows the language: how a test treats the block. */
  note: string;
  code: string;
}

/** The documents that users and developers read, by their paths in the project. */
export const documents: readonly string[] = [
  ...readdirSync(project).filter((name) => name.endsWith('.md')),
  ...['docs', 'examples'].flatMap((folder) =>
    readdirSync(path.join(project, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md'))
      .map((name) => path.join(folder, name)),
  ),
].sort();

export const textOf = (document: string): string => readFileSync(path.join(project, document), 'utf8');

/** All pieces of code of a document, in their order. */
export function blocksOf(document: string): CodeBlock[] {
  const text = textOf(document);
  return [...text.matchAll(/^```(\w+)?[ \t]*([^\n]*)\n(.*?)^```$/gms)].map((match) => ({
    document,
    line: text.slice(0, match.index).split('\n').length + 1,
    language: match[1] ?? '',
    note: match[2]!.trim(),
    code: match[3]!,
  }));
}

/** The one piece of TypeScript of a page of `docs/` in which a word stands. */
export function codeOf(page: string, word: string): string {
  const found = blocksOf(path.join('docs', page)).filter(
    ({ language, code }) => language === 'ts' && code.includes(word),
  );
  const [block, ...others] = found;
  if (block === undefined || others.length > 0)
    throw new Error(`${page}: expected one piece with ${word}, found ${found.length}`);
  return block.code;
}
