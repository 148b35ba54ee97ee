import { PermanentError } from '../../task/errors.ts';

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
