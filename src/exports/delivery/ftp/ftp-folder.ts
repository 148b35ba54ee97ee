import { createHash } from 'node:crypto';
import { FTPError, type FTPResponse } from 'basic-ftp';
import { Connection } from '../../../transfer/ftp/ftp-connection.ts';
import { readHashAnswer } from '../../../transfer/ftp/features.ts';
import { readListing } from '../../../transfer/ftp/parse-listing.ts';
import { openServer, type Server } from '../../../transfer/ftp/ftp-server.ts';
import { fillFolder, splitFolder } from '../fill-placeholders.ts';
import { ServerRefused, type RemoteFolder } from '../remote/delivery-folder.ts';
import type { FtpDestination } from './ftp-destination-settings.ts';

/** A folder of an FTP server, by one connection. */
export class FtpFolder implements RemoteFolder {
  readonly address: string;
  private readonly connection: Connection;
  private readonly server: Server;
  /** Absolute. */
  private readonly folder: string;

  private constructor(connection: Connection, server: Server, folder: string) {
    this.connection = connection;
    this.server = server;
    this.folder = folder;
    this.address = `${server.address}${folder}`;
  }

  /** Connects, logs in and enters; `root`: the folder where a relative `ca` starts. */
  static async enter(
    settings: FtpDestination,
    root: string,
    placeholders: Readonly<Record<string, string>>,
  ): Promise<FtpFolder> {
    // A value that leads elsewhere is refused before anything else.
    fillFolder(settings.folder, placeholders);
    const server = await openServer(settings, root);
    const connection = await Connection.open(server);
    try {
      const { base, made } = splitFolder(settings.folder);
      let folder = await enter(connection, server, base === '' ? '.' : base);
      for (const part of made) {
        folder = join(folder, fillFolder(part, placeholders));
        await make(connection, server, folder);
      }
      return new FtpFolder(connection, server, folder);
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  async size(name: string): Promise<number | undefined> {
    const answer = await this.ask(`SIZE ${this.path(name)}`);
    const bytes = /^213 (\d+)/.exec(answer.message)?.[1];
    if (bytes !== undefined) return Number(bytes);
    if (answer.code === 550) return undefined;
    if (![500, 502, 504].includes(answer.code)) throw this.refused(`SIZE ${name}`, answer);
    const raw = await this.hear('LIST', () => this.connection.list(this.folder, 'list'));
    return readListing(raw).entries.find((entry) => entry.name === name)?.size;
  }

  async sha256(name: string): Promise<string | undefined> {
    const hash = this.server.features?.hash;
    if (hash?.algorithm === 'sha256') {
      const answer = await this.ask(`${hash.command} ${this.path(name)}`);
      const told = answer instanceof FTPError ? undefined : readHashAnswer(answer.message, 'sha256');
      if (told !== undefined) return told;
    }
    const own = createHash('sha256');
    this.mustBeOpen();
    try {
      const { confirmed } = await this.connection.fetch(this.path(name), 0, {
        take: (chunk) => void own.update(chunk),
      });
      await confirmed;
      return own.digest('hex');
    } catch (error) {
      if (error instanceof FTPError && error.code !== 421) return undefined;
      throw error;
    }
  }

  async store(name: string, source: AsyncIterable<Buffer>): Promise<void> {
    await this.hear(`STOR ${name}`, () => this.connection.store(this.path(name), source));
  }

  async rename(from: string, to: string): Promise<void> {
    await this.obey(`RNFR ${this.path(from)}`);
    await this.obey(`RNTO ${this.path(to)}`);
  }

  async remove(name: string): Promise<void> {
    // A no is most often said of a file that is not there; whatever else is wrong shows when it is written.
    await this.ask(`DELE ${this.path(name)}`);
  }

  close(): void {
    this.connection.close();
  }

  private async obey(command: string): Promise<void> {
    const answer = await this.ask(command);
    if (answer instanceof FTPError) throw this.refused(command, answer);
  }

  private async ask(command: string): Promise<FTPResponse | FTPError> {
    this.mustBeOpen();
    const [answer] = await this.connection.ask([command]);
    return answer!;
  }

  /** A command on a connection that is closed would wait for its answer for ever. */
  private mustBeOpen(): void {
    if (this.connection.closed) throw new Error(`the connection to ${this.server.address} is closed`);
  }

  private async hear<T>(what: string, act: () => Promise<T>): Promise<T> {
    this.mustBeOpen();
    try {
      return await act();
    } catch (error) {
      throw error instanceof FTPError ? this.refused(what, error) : error;
    }
  }

  private refused(command: string, answer: { code: number; message: string }): Error {
    return refusal(this.server, command, answer);
  }

  private path(name: string): string {
    return join(this.folder, name);
  }
}

/** A server's no to a command. 421 may be said at any time, whatever it did with the command. */
function refusal(
  { address, quote }: Server,
  command: string,
  { code, message }: { code: number; message: string },
): Error {
  const sentence = `${address} answers to ${command}: ${quote(message)}`;
  if (code === 421) return new Error(sentence);
  // 552: no room left, which may change.
  return new ServerRefused(sentence, { permanent: code >= 500 && code !== 552 });
}

async function enter(connection: Connection, server: Server, folder: string): Promise<string> {
  try {
    return await connection.enter(folder);
  } catch (error) {
    throw error instanceof FTPError ? refusal(server, `CWD ${folder}`, error) : error;
  }
}

async function make(connection: Connection, server: Server, folder: string): Promise<void> {
  const [there] = await connection.ask([`CWD ${folder}`]);
  if (!(there instanceof FTPError)) return;
  const [made] = await connection.ask([`MKD ${folder}`]);
  if (!(made instanceof FTPError)) return;
  // Somebody else may have made it meanwhile.
  const [again] = await connection.ask([`CWD ${folder}`]);
  if (again instanceof FTPError) throw refusal(server, `MKD ${folder}`, made);
}

function join(folder: string, name: string): string {
  return folder.endsWith('/') ? `${folder}${name}` : `${folder}/${name}`;
}
