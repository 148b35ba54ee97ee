import { readFileSync } from 'node:fs';
import path from 'node:path';

export const project = path.join(import.meta.dirname, '..', '..');
const docs = path.join(project, 'docs');

/** The one piece of TypeScript of a document in which a word stands. */
export function codeOf(document: string, word: string): string {
  const text = readFileSync(path.join(docs, document), 'utf8');
  const found = [...text.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code!);
  const [code, ...others] = found.filter((each) => each.includes(word));
  if (code === undefined || others.length > 0)
    throw new Error(`${document}: expected one piece with ${word}`);
  return code;
}
