import { escapeControls } from '../command/escape-controls.ts';
import type { Io } from '../command/output.ts';
import { messageOf } from '../task/errors.ts';
import { causes, grpc, isWithoutPoller } from './deadline.ts';
import { CliError, exit, type ExitCode } from '../command/exit.ts';

export interface Explanation {
  code: ExitCode;
  message: string;
  details: Record<string, unknown>;
}

/** Nobody answers at that address, or not in our time. */
const unreachable = new Set([grpc.unavailable, grpc.deadlineExceeded, grpc.cancelled]);

/** What PostgreSQL calls `undefined_table`. */
const undefinedTable = '42P01';

/**
 * Turns whatever a command threw into words and an exit code. Errors of other parts are told apart by
 * name, so that `--help` does not load Temporal just to know its error classes.
 */
export function explain(error: unknown): Explanation {
  if (error instanceof CliError) return { code: error.code, message: error.message, details: error.details };
  const name = error instanceof Error ? error.name : '';
  const message = messageOf(error);
  // Its cause is gRPC's own wording of the same.
  if (name === 'NoServer') return { code: exit.noServer, message: (error as Error).message, details: {} };
  if (name === 'ConfigError') {
    const { file, faults } = error as Error & { file?: unknown; faults?: unknown };
    return { code: exit.failed, message: (error as Error).message, details: { file, faults } };
  }
  if ((error as { code?: unknown } | undefined)?.code === undefinedTable) {
    return {
      code: exit.failed,
      message: `The database is not migrated yet (${message}): a worker does that when it starts, \`regie up\` or \`regie worker\`.`,
      details: {},
    };
  }
  if (isWithoutPoller(error)) {
    return {
      code: exit.noServer,
      message: `The Temporal server answers, but its own workers do not: it has just started, or is ending (${message}). Try again in a moment; if that stays so, see \`regie doctor\`.`,
      details: {},
    };
  }
  if (causes(error).some(isUnreachable)) {
    return {
      code: exit.noServer,
      message: `The Temporal server does not answer: ${message}. Start it with \`regie up\`, or see \`regie doctor\`.`,
      details: {},
    };
  }
  return { code: exit.failed, message, details: name && name !== 'Error' ? { type: name } : {} };
}

function isUnreachable(error: unknown): boolean {
  // Node's own errors have a string `code`; gRPC's is a number beside `details`.
  const { code } = error as { code?: unknown };
  return typeof code === 'number' && 'details' in (error as object) && unreachable.has(code);
}

/** Tells what a command ended by: words on standard error, or with `json` one document `{error, code, …}` on standard output. */
export function tell(io: Io, json: boolean, { code, message, details }: Explanation): ExitCode {
  if (json) io.out(`${JSON.stringify({ error: message, code, ...details }, null, 2)}\n`);
  else io.err(`${escapeControls(message)}\n`);
  return code;
}
