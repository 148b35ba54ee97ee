import { FTPError } from 'basic-ftp';
import { messageOf, PermanentError } from '../../task/errors.ts';
import { AccessProblem } from '../../transfer/ftp/problem.ts';
import { Refused } from './remote/place.ts';
import type { RecipientOutcome, SendRequest } from './channel.ts';

/** It failed for certain: nothing has arrived, even though the checkpoint may have been passed. */
export class DeliveryFailed extends Error {
  /** Trying again cannot mend it. */
  readonly permanent: boolean;

  constructor(message: string, { permanent, cause }: { permanent: boolean; cause?: unknown }) {
    super(message, cause === undefined ? {} : { cause });
    this.name = 'DeliveryFailed';
    this.permanent = permanent;
  }
}

/** The ledger did not take the checkpoint, as far as is known: the step was not taken. Goes to whoever wanted to send. */
export class CheckpointRefused extends Error {}

/** Passes the checkpoint; must be awaited right before the step that cannot be taken back. */
export type Commit = () => Promise<void>;

/** Sends; gives the outcome of all recipients that are not in `settled`, whatever becomes of the others. */
type Work = (commit: Commit, settled: Map<string, RecipientOutcome>) => Promise<RecipientOutcome>;

/**
 * Sends by `work`, and says what an error means: before the checkpoint it has failed, after it nobody knows, unless
 * `work` is certain and throws `DeliveryFailed`.
 * @throws the signal's reason when it is aborted before the checkpoint, and what the checkpoint throws.
 */
export async function attempt(request: SendRequest, work: Work): Promise<Map<string, RecipientOutcome>> {
  const settled = new Map<string, RecipientOutcome>();
  const outcome = await outcomeOf(request, (commit) => work(commit, settled));
  return new Map(request.recipients.map((recipient) => [recipient, settled.get(recipient) ?? outcome]));
}

async function outcomeOf(
  { checkpoint, signal }: SendRequest,
  work: (commit: Commit) => Promise<RecipientOutcome>,
): Promise<RecipientOutcome> {
  let committed = false;
  const commit = async () => {
    signal.throwIfAborted();
    await checkpoint().catch((error: unknown) => {
      throw new CheckpointRefused('the checkpoint is refused', { cause: error });
    });
    committed = true;
  };
  try {
    return await work(commit);
  } catch (error) {
    if (error instanceof CheckpointRefused) throw error.cause;
    if (!committed) signal.throwIfAborted();
    if (!committed || error instanceof DeliveryFailed)
      return { state: 'failed', error: sentenceOf(error), permanent: isPermanent(error) };
    return { state: 'unknown', error: sentenceOf(error) };
  }
}

/** Its own words hold those of its causes. */
function sentenceOf(error: unknown): string {
  return error instanceof Error && error.message !== '' ? error.message : messageOf(error);
}

/** Can trying again not mend it? */
function isPermanent(error: unknown): boolean {
  if (error instanceof DeliveryFailed || error instanceof Refused) return error.permanent;
  if (error instanceof PermanentError) return true;
  if (error instanceof AccessProblem) return error.lasting;
  // 552: no room left, which may change.
  if (error instanceof FTPError) return error.code >= 500 && error.code !== 552;
  return ['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'EROFS', 'ENAMETOOLONG'].includes(
    (error as NodeJS.ErrnoException).code ?? '',
  );
}
