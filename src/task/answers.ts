import { PermanentError } from './errors.ts';
import type { Poll, Report } from './kind.ts';
import type { Attention } from './status.ts';

/** What kinds answer, which are code of users: looked at before anybody relies on it. */

/** @throws {PermanentError} `BadAnswer`, naming the kind, the member and what was expected. */
export function checkPoll(kind: string, given: unknown): Poll {
  const { work, blockedBy, waiting } = members(kind, 'poll', given);
  expectOf(kind, 'poll', 'work', work, typeof work === 'boolean', 'true or false');
  expectOf(kind, 'poll', 'blockedBy', blockedBy, isOptional(blockedBy, 'string'), 'a sentence, or nothing');
  checkWaiting(kind, 'poll', waiting);
  return given as Poll;
}

const outcomes: readonly unknown[] = ['done', 'idle', 'waiting', 'stopped'];

/** @throws {PermanentError} `BadAnswer`, naming the kind, the member and what was expected. */
export function checkReport(kind: string, given: unknown): Report {
  const { outcome, counts, changed, waiting, note, end } = members(kind, 'work', given);
  expectOf(kind, 'work', 'outcome', outcome, outcomes.includes(outcome), `one of ${outcomes.join(', ')}`);
  expectOf(kind, 'work', 'changed', changed, typeof changed === 'boolean', 'true or false');
  const numbers =
    typeof counts === 'object' && counts !== null && Object.values(counts).every(Number.isFinite);
  expectOf(kind, 'work', 'counts', counts, numbers, 'an object of numbers');
  expectOf(kind, 'work', 'note', note, isOptional(note, 'string'), 'a sentence, or nothing');
  expectOf(kind, 'work', 'end', end, isOptional(end, 'string'), 'a few words, or nothing');
  checkWaiting(kind, 'work', waiting);
  return given as Report;
}

/** @throws {PermanentError} `BadAnswer`, naming the kind, the member and what was expected. */
export function checkAttention(kind: string, given: unknown): Attention {
  const { count, latest } = members(kind, 'attention', given);
  expectOf(kind, 'attention', 'count', count, Number.isFinite(count), 'a number');
  const sentences =
    Array.isArray(latest) &&
    latest.every((each) => typeof each?.text === 'string' && typeof each?.at === 'string');
  expectOf(kind, 'attention', 'latest', latest, sentences, 'a list of { at, text }');
  return given as Attention;
}

function checkWaiting(kind: string, member: string, waiting: unknown): void {
  const counted =
    waiting === undefined ||
    (Array.isArray(waiting) &&
      waiting.every((each) => typeof each?.what === 'string' && Number.isFinite(each?.count)));
  expectOf(kind, member, 'waiting', waiting, counted, 'a list of { what, count }');
}

const isOptional = (value: unknown, type: string) => value === undefined || typeof value === type;

function members(kind: string, member: string, given: unknown): Record<string, unknown> {
  if (typeof given === 'object' && given !== null) return given as Record<string, unknown>;
  throw new PermanentError(
    'BadAnswer',
    `the kind ${kind}: ${member} gave ${String(given)}; expected an object`,
  );
}

function expectOf(
  kind: string,
  member: string,
  name: string,
  value: unknown,
  is: boolean,
  expected: string,
): void {
  if (is) return;
  const shown =
    typeof value === 'string'
      ? JSON.stringify(value)
      : typeof value === 'object'
        ? 'an object'
        : String(value);
  throw new PermanentError(
    'BadAnswer',
    `the kind ${kind}: ${member} gave ${name} = ${shown}; expected ${expected}`,
  );
}
