import path from 'node:path';
import { PermanentError } from '../../task/errors.ts';
import type { Failure, SourceLocation, Stage } from './host-messages.ts';
import type { Ending } from './run-child.ts';

/** The module of an export cannot be loaded, or does not describe an export. Trying again cannot mend it; changing the file does. */
export class BrokenExport extends PermanentError {
  readonly export: string;

  constructor(name: string, sentence: string) {
    super('BrokenExport', `the export ${name} cannot be loaded: ${sentence}`);
    this.name = 'BrokenExport';
    this.export = name;
  }
}

/** Why the making of a file failed. */
export type FailureCause =
  /** A method of the export threw, or gave what it must not. */
  | 'thrown'
  | 'memory'
  | 'timeout'
  /** Its process ended, or was ended, without an answer. */
  | 'exit';

/** An export failed while its file was made or checked. Another try may do better: a source was away, rows were wrong. */
export class ExportFailed extends Error {
  readonly export: string;
  readonly reason: FailureCause;

  constructor(name: string, reason: FailureCause, sentence: string) {
    super(`the export ${name} failed: ${sentence}`);
    this.name = 'ExportFailed';
    this.export = name;
    this.reason = reason;
  }
}

/** What the sentences need to know of a process's limits. */
export interface Limits {
  root: string;
  module: string;
  /** MB. */
  memory: number;
  /** ms. */
  loadWithin: number;
  timeout: number;
}

const during: Record<Stage, string> = {
  load: '',
  before: ' in before',
  rows: '',
  check: ' in check',
  after: ' in after',
};

/** `exports/a.ts:12: no such column`. */
export function failureText({ message, location, stage }: Failure, limits: Limits): string {
  return `${locationText(location, limits)}${during[stage]}: ${message}`;
}

/** A place as users write it: from the installation's folder. */
function locationText(location: SourceLocation | undefined, { root, module }: Limits): string {
  const file = location?.file ?? module;
  const below = path.relative(root, file);
  const named = below.startsWith('..') || path.isAbsolute(below) ? file : below;
  return location?.line === undefined ? named : `${named}:${location.line}`;
}

/** Why a process ended without an answer, and what to do about it. */
export function endingText(ending: Ending, limits: Limits): { cause: FailureCause; text: string } {
  const { lastWord } = ending;
  if (lastWord?.why === 'exit')
    return {
      cause: 'exit',
      text: `${locationText(lastWord.location, limits)}: it called process.exit(${lastWord.code}); an export must not end its process`,
    };
  if (lastWord?.why === 'memory' || ending.outOfMemory)
    return {
      cause: 'memory',
      text: `${locationText(undefined, limits)}: it needed more than ${limits.memory} MB of memory; it must not collect the rows of large tables, or needs a larger memory in the configuration`,
    };
  if (lastWord?.why === 'late') return { cause: 'timeout', text: lateText(lastWord, limits) };
  if (ending.givenUp)
    return {
      cause: 'timeout',
      text: `${locationText(undefined, limits)}: it gave no answer within ${seconds(limits.timeout)}`,
    };
  const last = ending.lastLine === undefined ? '' : `; its last words: ${ending.lastLine}`;
  const how =
    ending.signal === null ? `ended with exit code ${ending.code}` : `was ended by ${ending.signal}`;
  return {
    cause: 'exit',
    text: `${locationText(undefined, limits)}: its process ${how} before it was done${last}`,
  };
}

function lateText(word: Extract<Ending['lastWord'], { why: 'late' }>, limits: Limits): string {
  const what = word.loading ? 'loading it' : 'making the file';
  const longest = seconds(word.loading ? limits.loadWithin : limits.timeout);
  const doing = word.waiting
    ? 'it waits for something that does not come'
    : word.location
      ? 'it was still busy here'
      : 'it was still busy';
  return `${locationText(word.location, limits)}: ${what} took more than ${longest}; ${doing}`;
}

const seconds = (ms: number) => (ms < 120_000 ? `${ms / 1000} s` : `${Math.round(ms / 60_000)} minutes`);
