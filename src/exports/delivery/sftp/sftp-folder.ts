import { createHash } from 'node:crypto';
import type { Client, SFTPWrapper } from 'ssh2';
import { hostAndPort } from '../../../settings/network.ts';
import { quote } from '../../../transfer/ftp/problem.ts';
import { fillFolder, splitFolder } from '../fill-placeholders.ts';
import { ServerRefused, type RemoteFolder } from '../remote/delivery-folder.ts';
import { connectSsh } from './connect-sftp.ts';
import type { SftpDestination } from './sftp-settings.ts';
import { readFile, writeFile, type Call } from './files.ts';

/** Answers of the protocol (draft-ietf-secsh-filexfer-02, 7). */
const NO_SUCH_FILE = 2;
const FAILURE = 4;

type Done<T> = (error?: Error | null, value?: T) => void;

/** A folder of an SFTP server, by one connection. */
export class SftpFolder implements RemoteFolder {
  address: string;
  private folder = '';
  private readonly client: Client;
  private readonly sftp: SFTPWrapper;
  /** Rejects when the connection ends. */
  private readonly gone: Promise<never>;

  private constructor(client: Client, sftp: SFTPWrapper, gone: Promise<never>, address: string) {
    this.client = client;
    this.sftp = sftp;
    this.gone = gone;
    this.address = address;
  }

  /** Connects, logs in and enters the folder. */
  static async enter(
    settings: SftpDestination,
    placeholders: Readonly<Record<string, string>>,
  ): Promise<SftpFolder> {
    // A value that leads elsewhere is refused before anything else.
    fillFolder(settings.folder, placeholders);
    const { host, port, user } = settings;
    const address = `sftp://${user}@${hostAndPort(host, port)}`;
    const client = await connectSsh(settings);
    const gone = new Promise<never>((_, reject) => {
      client.on('error', (error) => reject(new Error(`${address}: ${error.message}`, { cause: error })));
      client.once('close', () => reject(new Error(`the connection to ${address} is closed`)));
    });
    gone.catch(() => undefined);
    try {
      const opened = new Promise<SFTPWrapper>((resolve, reject) =>
        client.sftp((error, sftp) =>
          error
            ? reject(
                new ServerRefused(`${address} offers no SFTP: ${quote(error.message)}`, {
                  permanent: true,
                  cause: error,
                }),
              )
            : resolve(sftp),
        ),
      );
      const folder = new SftpFolder(client, await Promise.race([opened, gone]), gone, address);
      await folder.enterFolder(settings.folder, placeholders);
      return folder;
    } catch (error) {
      client.destroy();
      throw error;
    }
  }

  async size(name: string): Promise<number | undefined> {
    try {
      const { size } = await this.call<{ size: number }>(`look at ${name}`, (done) =>
        this.sftp.lstat(this.path(name), done),
      );
      return size;
    } catch (error) {
      if (codeOf(error) === NO_SUCH_FILE) return undefined;
      throw error;
    }
  }

  async sha256(name: string): Promise<string | undefined> {
    const hash = createHash('sha256');
    try {
      for await (const piece of readFile(this.sftp, this.path(name), this.callFor(name))) hash.update(piece);
      return hash.digest('hex');
    } catch (error) {
      if (error instanceof ServerRefused) return undefined;
      throw error;
    }
  }

  store(name: string, source: AsyncIterable<Buffer>): Promise<void> {
    return writeFile(this.sftp, this.path(name), source, this.callFor(name));
  }

  /** Makes requests about a file. */
  private callFor(name: string): Call {
    return (what, begin) => this.call(`${what} ${name}`, begin);
  }

  async rename(from: string, to: string): Promise<void> {
    // That of the protocol's version 3 fails when the new name is taken; OpenSSH's own extension would overwrite.
    await this.call(`rename to ${to}`, (done) => this.sftp.rename(this.path(from), this.path(to), done));
  }

  async remove(name: string): Promise<void> {
    try {
      await this.call(`remove ${name}`, (done) => this.sftp.unlink(this.path(name), done));
    } catch (error) {
      // Most often it is not there; whatever else is wrong shows when it is written.
      if (!(error instanceof ServerRefused)) throw error;
    }
  }

  close(): void {
    this.client.destroy();
  }

  private async enterFolder(folder: string, placeholders: Readonly<Record<string, string>>): Promise<void> {
    const { base, made } = splitFolder(folder);
    this.folder = await this.call<string>(`enter ${base || '.'}`, (done) =>
      this.sftp.realpath(base || '.', done),
    );
    await this.mustBeFolder(`enter ${base || '.'}`);
    for (const part of made) {
      this.folder = this.path(fillFolder(part, placeholders));
      // It may be there; whatever else is wrong shows in the next line.
      await this.call(`make ${this.folder}`, (done) => this.sftp.mkdir(this.folder, done)).catch(
        (error: unknown) => {
          if (!(error instanceof ServerRefused)) throw error;
        },
      );
      await this.mustBeFolder(`make ${this.folder}`);
    }
    this.address = `${this.address}${this.folder}`;
  }

  private async mustBeFolder(what: string): Promise<void> {
    const found = await this.call<{ isDirectory(): boolean }>(what, (done) =>
      this.sftp.stat(this.folder, done),
    );
    if (!found.isDirectory())
      throw new ServerRefused(`${this.address}: cannot ${what}: ${this.folder} is no folder`, {
        permanent: true,
      });
  }

  /** One request; ends too when the connection does. */
  private async call<T>(what: string, begin: (done: Done<T>) => void): Promise<T> {
    const answered = new Promise<T>((resolve, reject) =>
      begin((error, value) => (error ? reject(error) : resolve(value as T))),
    );
    answered.catch(() => undefined);
    try {
      return await Promise.race([answered, this.gone]);
    } catch (error) {
      const code = codeOf(error);
      if (code === undefined) throw error;
      throw new ServerRefused(`${this.address} answers to "${what}": ${quote((error as Error).message)}`, {
        // 4 is said of all that has no number of its own: a full disk, mostly.
        permanent: code !== FAILURE,
        cause: error,
      });
    }
  }

  private path(name: string): string {
    return this.folder.endsWith('/') ? `${this.folder}${name}` : `${this.folder}/${name}`;
  }
}

/** The number of the server's answer no; undefined of other errors. */
function codeOf(error: unknown): number | undefined {
  const { code } = (error instanceof ServerRefused ? error.cause : error) as { code?: unknown };
  // 6 and 7 say that there is no connection (any more).
  return typeof code === 'number' && code >= NO_SUCH_FILE && code !== 6 && code !== 7 ? code : undefined;
}
