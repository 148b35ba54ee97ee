/** A finished file to deliver. */
export interface OutgoingFile {
  /** Absolute path of the kept file; it is only read. */
  path: string;
  /** The name under which it arrives. */
  name: string;
  bytes: number;
  /** Hexadecimal. */
  sha256: string;
  /** What placeholders in subjects, texts and folders stand for: `yyyy`, `MM`, `dd`, `segment`, `campaign`, `name`, `file`, `rows`. */
  placeholders: Readonly<Record<string, string>>;
  /** Unique to this edition of the file: the same when its delivery is tried again. Part of temporary names and of a mail's Message-ID. */
  id: string;
}

/** How the delivery to one recipient ended. */
export type RecipientOutcome =
  | { state: 'delivered'; note?: string }
  /** Certain: nothing arrived. `permanent`: trying again cannot mend it. */
  | { state: 'failed'; error: string; permanent: boolean }
  /** Nobody knows whether it arrived; an operator decides. */
  | { state: 'unknown'; error: string };

/** What a channel is asked to send. */
export interface SendRequest {
  /** It was compared with the ledger's digest right before. */
  outgoing: OutgoingFile;
  /** Those not delivered yet, of those that the channel has named. */
  recipients: readonly string[];
  /**
   * Must be awaited right before the step that cannot be taken back (a mail's `DATA` end, the rename to the final name): commits to the ledger that it is
   * under way. Whoever dies after it leaves an unknown outcome; whoever dies before it leaves none. When it throws, the step must not be taken.
   */
  checkpoint(): Promise<void>;
  /** Says how it ended for one recipient; what the channel gives or throws then is for the others. */
  report(recipient: string, outcome: RecipientOutcome): void;
  /** Says how many bytes are sent; a sign of life. Cheap, call it often. */
  progress(sent: number): void;
  /** Aborted when the run is cancelled, or the channel was silent for too long. */
  signal: AbortSignal;
  /** A line for the trace of the run. */
  trace(text: string): void;
}

/** A way by which files go out: one destination of the configuration, opened for one delivery. */
export interface Channel {
  /** Who gets the file, for the ledger: mail addresses, or one text such as `sftp://host/folder`. No secrets. */
  recipients(): readonly string[];
  /**
   * Sends once; the outcome for all recipients that it has not settled. What it throws before `checkpoint` has failed: nothing has arrived. After it
   * nobody knows, unless it is certain and throws `DeliveryFailed`.
   */
  send(request: SendRequest): Promise<RecipientOutcome>;
  /**
   * After an unknown outcome: looks whether the file has arrived, where the channel can tell (a directory, FTP, SFTP: by name, size and, where it can
   * be read, content). `undefined` where it cannot.
   */
  verifyArrival?(outgoing: OutgoingFile, signal: AbortSignal): Promise<'delivered' | 'absent' | undefined>;
}

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

/** The ledger did not take the checkpoint, as far as is known: the step must not be taken. Goes to whoever wanted to send. */
export class CheckpointRefused extends Error {}
