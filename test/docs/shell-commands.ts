import { blocksOf, documents } from '../support/documents.ts';

/** A command of a document's `sh` block. */
export interface ShellCommand {
  /** `docs/weather.md:12` */
  where: string;
  document: string;
  /** As a shell cuts it, without comments; a leading `npx` is dropped before `regie`. */
  words: string[];
  text: string;
  /** Exit codes that it may end with. */
  mayEndWith: readonly number[];
  /** Why it is not run, but only compared with what the program takes. */
  notRun?: string;
}

/**
 * The commands of all `sh` blocks, in the order of the documents. A block's note says how its commands are tried: nothing
 * (each must end with 0), `may end with 1, 5`, or `not run: <reason>`. @throws for another note, and for a line that is
 * more than one plain command.
 */
export function shellCommands(): ShellCommand[] {
  return documents.flatMap((document) =>
    blocksOf(document)
      .filter(({ language }) => language === 'sh')
      .flatMap(({ line, note, code }) => {
        const treated = treatment(note, `${document}:${line}`);
        return cutLines(code).flatMap(({ text, offset }) => {
          const where = `${document}:${line + offset}`;
          const words = shellWords(text, where);
          if (words[0] === 'npx' && words[1] === 'regie') words.shift();
          return words.length > 0 ? [{ where, document, words, text, ...treated }] : [];
        });
      }),
  );
}

/** Lines, one where a backslash joins several; `offset` counts those of the block. */
function cutLines(code: string): { text: string; offset: number }[] {
  const lines: { text: string; offset: number }[] = [];
  let open: { text: string; offset: number } | undefined;
  for (const [offset, part] of code.split('\n').entries()) {
    if (open) open.text += part;
    else lines.push((open = { text: part, offset }));
    if (open.text.endsWith('\\')) open.text = open.text.slice(0, -1);
    else open = undefined;
  }
  return lines.filter(({ text }) => text.trim() !== '');
}

function treatment(note: string, where: string): Pick<ShellCommand, 'mayEndWith' | 'notRun'> {
  if (note === '') return { mayEndWith: [0] };
  const [, codes] = /^may end with (\d(?:, \d)*)$/.exec(note) ?? [];
  if (codes !== undefined) return { mayEndWith: [0, ...codes.split(', ').map(Number)] };
  const [, reason] = /^not run: (\S.*)$/.exec(note) ?? [];
  if (reason !== undefined) return { mayEndWith: [], notRun: reason };
  throw new Error(`${where}: expected the note "may end with <codes>" or "not run: <reason>", got "${note}"`);
}

/** @throws where a shell would do more than start one program with these words. */
function shellWords(line: string, where: string): string[] {
  const words: string[] = [];
  let rest = line;
  let word: string | undefined;
  const end = () => {
    if (word !== undefined) words.push(word);
    word = undefined;
  };
  while (rest !== '') {
    const [part] = /^(\s+|'[^']*'|"[^"`]*"|#.*|[^\s'"#]+|#)/s.exec(rest) ?? [];
    if (part === undefined) throw new Error(`${where}: a quote that has no end: ${line}`);
    rest = rest.slice(part.length);
    if (/^\s/.test(part)) end();
    else if (part.startsWith('#') && word === undefined) break;
    else if (/^['"]/.test(part)) word = (word ?? '') + part.slice(1, -1);
    else if (/[|&;<>`*?]|\$\(/.test(part))
      throw new Error(`${where}: expected one plain command, got ${line}`);
    else word = (word ?? '') + part;
  }
  end();
  return words;
}
