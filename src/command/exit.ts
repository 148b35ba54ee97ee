/** Exit codes of every `regie` command; scripts rely on them. */
export const exit = {
  done: 0,
  failed: 1,
  usage: 2,
  noServer: 3,
  noSuchTask: 4,
  /** The command does not fit the task's state: starting a started task, running a stopped one. */
  refused: 5,
} as const;

export type ExitCode = number;

/** Ends a command: `message` is one or two sentences for the operator, `code` the process's exit code. */
export class CliError extends Error {
  readonly code: ExitCode;
  /** Further members of the `--json` answer. */
  readonly details: Record<string, unknown>;

  constructor(code: ExitCode, message: string, details: Record<string, unknown> = {}) {
    super(message);
    this.name = 'CliError';
    this.code = code;
    this.details = details;
  }
}

export class UsageError extends CliError {
  constructor(message: string) {
    super(exit.usage, message);
    this.name = 'UsageError';
  }
}
