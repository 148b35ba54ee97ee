import { existsSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { documents, project, textOf } from '../support/documents.ts';
import { knownCommands } from './known-commands.ts';
import { shellCommands } from './shell-commands.ts';

/** What documents tell people to type is understood by the program, and what they link to is there. */

let known: Awaited<ReturnType<typeof knownCommands>>;
beforeAll(async () => {
  known = await knownCommands();
});

/** History: its commands were those of their day. */
const current = documents.filter((document) => document !== 'CHANGELOG.md');

test('each `regie` command of a piece of shell is one, with its options and arguments', async () => {
  const found = [];
  const commands = shellCommands().filter(({ words }) => words[0] === 'regie');
  expect(commands.length).toBeGreaterThan(35);
  for (const { where, words, text } of commands) {
    const fault = await known.fault(words.slice(1));
    if (fault !== undefined) found.push(`${where}: ${text}: ${fault}`);
  }
  expect(found).toEqual([]);
});

test('a command that is not there is found', async () => {
  expect(await known.fault(['weather', 'shwo'])).toMatch(/unknown command/);
  expect(await known.fault(['incidents', '--tsak', 'a'])).toMatch(/unknown option/);
  expect(await known.fault(['stop'])).toMatch(/missing required argument/);
  expect(known.mentionFault(['library', 'errors', 'forget'])).toMatch(/there is no/);
  expect(known.mentionFault(['incidents', '--yess'])).toMatch(/takes no --yess/);
});

test('what is neither a `regie` nor a `temporal` command says why it is not run', () => {
  const found = shellCommands().filter(
    ({ words, notRun }) => !['regie', 'temporal'].includes(words[0]!) && notRun === undefined,
  );
  expect(found.map(({ where, text }) => `${where}: ${text}`)).toEqual([]);
});

test('commands that are mentioned in a text are there', () => {
  const found = [];
  let mentioned = 0;
  for (const document of current) {
    const prose = textOf(document).replaceAll(/^```.*?^```$/gms, '');
    for (const [, text] of prose.matchAll(/`(?:npx )?regie((?: [^`]+)?)`/g)) {
      mentioned += 1;
      const words = text!.replaceAll('\n', ' ').trim().split(/\s+/).filter(Boolean);
      // `start|stop`, `release` or …: the first of several.
      const plain = words.map((word) => word.split('|')[0]!.replace(/[,.;:]$/, ''));
      const fault = known.mentionFault(plain);
      if (fault !== undefined) found.push(`${document}: regie${text}: ${fault}`);
    }
  }
  expect(mentioned).toBeGreaterThan(80);
  expect(found).toEqual([]);
});

test('operating.md knows every command', () => {
  const text = textOf('docs/operating.md');
  const missing = known.all().filter((command) => {
    const words = command.split(' ');
    return !words.every((word) => new RegExp(`[\`\\s]${word}[\`\\s,|]`).test(text));
  });
  expect(missing).toEqual([]);
});

/** What a heading is linked by, as GitHub makes it. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

test('pages, files and headings that documents link to are there', () => {
  const found = [];
  for (const document of documents)
    for (const [, target, anchor] of textOf(document).matchAll(
      /\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g,
    )) {
      const linked = target === '' ? document : path.join(path.dirname(document), target!);
      const there = existsSync(path.join(project, linked));
      const headings = anchor !== undefined && there ? [...textOf(linked).matchAll(/^#+ (.*)$/gm)] : [];
      const anchors = headings.map(([, heading]) => anchorOf(heading!));
      if (!there || (anchor !== undefined && !anchors.includes(anchor)))
        found.push(`${document}: ${target}${anchor === undefined ? '' : `#${anchor}`}`);
    }
  expect(found).toEqual([]);
});

test('the README fits on a few screens', () => {
  expect(textOf('README.md').split('\n').length).toBeLessThanOrEqual(151);
});
