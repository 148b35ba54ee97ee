import { expect, test } from 'vitest';
import { escapeControls, oneLine } from '../../src/command/escape-controls.ts';
import { Output } from '../../src/command/output.ts';

/** Sets a terminal's title, clears it, and does the first with a control character of eight bits. */
const hostile = 'a\u001B]0;title\u0007\u001B[2Jb\u009D0;c\r\u007F';

test('control characters are shown, colours, tabs and line breaks stay', () => {
  expect(escapeControls(hostile)).toBe(String.raw`a\x1b]0;title\x07\x1b[2Jb\x9d0;c\r\x7f`);
  const ours = '\u001B[1m\u001B[38;5;9mbold\u001B[39m\u001B[22m\n\tnext é 🎞';
  expect(escapeControls(ours)).toBe(ours);
});

test('a name stays on its line, without colours of its own', () => {
  expect(oneLine('two\nlines\t\u001B[31mred')).toBe(String.raw`two\nlines\t\x1b[31mred`);
});

test('whatever a command says goes to the terminal harmless', () => {
  const said: string[] = [];
  const io = {
    out: (text: string) => void said.push(text),
    err: (text: string) => void said.push(text),
    tty: true,
  };
  const out = new Output(io, false);
  out.answer(undefined, () => hostile);
  out.event(undefined, () => hostile);
  out.remark(hostile);
  expect(said).toEqual(Array.from({ length: 3 }, () => `${escapeControls(hostile)}\n`));
});
