import { AccessProblem } from '../../../transfer/ftp/problem.ts';

/** The server answers no, and has done nothing. */
export class ServerRefused extends Error {
  /** Asking again cannot help. */
  readonly permanent: boolean;

  constructor(message: string, { permanent, cause }: { permanent: boolean; cause?: unknown }) {
    super(message, cause === undefined ? {} : { cause });
    this.name = 'ServerRefused';
    this.permanent = permanent;
  }
}

/** Does the server say that trying again cannot help? */
export function isLasting(error: unknown): boolean | undefined {
  if (error instanceof ServerRefused) return error.permanent;
  return error instanceof AccessProblem ? error.lasting : undefined;
}

/**
 * A folder of a server, over one connection. Names are those of files in it. Methods throw `ServerRefused` when the server
 * answers no; after any other error the connection is of no use, and nobody knows what the server did.
 */
export interface RemoteFolder {
  /** For messages: `sftp://user@host:port/folder`. */
  address: string;
  /** Bytes; undefined when it is not there. */
  size(name: string): Promise<number | undefined>;
  /** Hexadecimal; undefined when it cannot be read. */
  sha256(name: string): Promise<string | undefined>;
  /** Writes a file; done when the server says that it has all. */
  store(name: string, source: AsyncIterable<Buffer>): Promise<void>;
  /** Gives a file another name. */
  rename(from: string, to: string): Promise<void>;
  /** Removes a file; content when it is not there. */
  remove(name: string): Promise<void>;
  /** Ends the connection; what is under way fails. */
  close(): void;
}

/** Connects, logs in and enters the folder; makes what the placeholders of its template name. */
export type EnterFolder = () => Promise<RemoteFolder>;

/** A folder of a server as one text; a relative one is below `~`. */
export function addressOf(server: string, folder: string): string {
  if (folder.startsWith('/')) return `${server}${folder}`;
  return folder === '.' ? `${server}/~` : `${server}/~/${folder}`;
}
