/**
 * An error that trying again cannot mend: a wrong setting, a wrong password. Ends the run at once; its
 * message is a sentence on which an operator can act.
 */
export class PermanentError extends Error {
  /** Short name of what went wrong, e.g. `BadSettings`; shown as the failure's type. */
  readonly type: string;

  constructor(type: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PermanentError';
    this.type = type;
  }
}

/** The message of whatever was thrown, with the messages of its causes. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.message || error.name;
  // AggregateError (a refused connection to `localhost`) has its reasons inside and no message of its own.
  const parts = error instanceof AggregateError ? [...new Set(error.errors.map(messageOf))] : [];
  const cause = error.cause === undefined ? [] : [messageOf(error.cause)];
  return [own, ...parts, ...cause].filter((part, i, all) => part && all.indexOf(part) === i).join(': ');
}
