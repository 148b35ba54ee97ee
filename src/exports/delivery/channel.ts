/** A finished file to deliver. */
export interface Parcel {
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

export interface SendRequest {
  parcel: Parcel;
  /** Those not delivered yet: mail addresses, or the one name of a folder's recipient. */
  recipients: readonly string[];
  /**
   * Must be awaited right before the step that cannot be taken back (a mail's `DATA` end, the rename to the final name): commits to the ledger that it is
   * under way. Whoever dies after it leaves an unknown outcome; whoever dies before it leaves none. When it throws, the step must not be taken.
   */
  checkpoint(): Promise<void>;
  signal: AbortSignal;
  progress?(sent: number): void;
  /** A line for the trace of the run. */
  trace?(text: string): void;
}

/** A way by which files go out: one destination of the configuration, opened for one delivery. */
export interface Channel {
  /** Who gets the file, for the ledger: mail addresses, or one text such as `sftp://host/folder`. No secrets. */
  recipients(): string[];
  /**
   * Sends once; the outcome of each recipient. Never throws after `checkpoint`: what went wrong then is `unknown` unless it is certain. Before it, it
   * may throw: nothing has arrived.
   */
  send(request: SendRequest): Promise<Map<string, RecipientOutcome>>;
  /**
   * After an unknown outcome: looks whether the file has arrived, where the channel can tell (a directory, FTP, SFTP: by name, size and, where it can
   * be read, content). `undefined` where it cannot.
   */
  lookUp?(parcel: Parcel, signal: AbortSignal): Promise<'delivered' | 'absent' | undefined>;
}
