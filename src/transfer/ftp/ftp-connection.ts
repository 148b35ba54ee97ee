import type { Socket } from 'node:net';
import { once } from 'node:events';
import { connect as connectTls } from 'node:tls';
import { Client, FTPError, type FTPResponse } from 'basic-ftp';
import { hostAndPort } from '../../settings/network.ts';
import { Dialogue } from './dialogue.ts';
import { download, type Received, type Receiver } from './download.ts';
import { readFeatures, type Features } from './features.ts';
import { AccessProblem, badCertificate, unreachable } from './problem.ts';
import type { Login, Server } from './ftp-server.ts';
import { upload } from './ftp-upload.ts';

/** A listing of one folder, as the server wrote it. */
export interface RawListing {
  text: string;
  format: 'mlsd' | 'list';
}

/** A folder of half a million files. */
const LARGEST_LISTING = 64 * 2 ** 20;

/**
 * A control connection that is logged in, one command at a time. Paths are the server's own, absolute. Methods throw
 * `FTPError` when the server answers no; after any other error the connection is closed.
 */
export class Connection {
  private readonly client: Client;
  private readonly dialogue: Dialogue;
  private readonly server: Server;
  /** Which of LIST's variants this server answers. */
  private listCommand: 'LIST -a' | 'LIST' = 'LIST -a';
  /** The folder that the server is in, as far as that is known. */
  private folder: string | undefined;

  private constructor(client: Client, dialogue: Dialogue, server: Server) {
    this.client = client;
    this.dialogue = dialogue;
    this.server = server;
  }

  /** Connects and logs in. Throws `AccessProblem` when that needs somebody, another error when it may pass. */
  static async open(server: Server): Promise<Connection> {
    const client = new Client(server.timeout);
    try {
      await greet(client, server);
      for (const login of server.logins) await logIn(client, server, login);
      const dialogue = new Dialogue(client.ftp, server);
      await prepare(dialogue, server);
      return new Connection(client, dialogue, server);
    } catch (error) {
      client.close();
      throw badCertificate(server.address, error) ?? error;
    }
  }

  get closed(): boolean {
    return this.client.closed;
  }

  close(): void {
    this.client.close();
  }

  /** Absolute path of a folder; `folder` may be relative to where the login leads. Throws when it is not there. */
  async enter(folder: string): Promise<string> {
    await this.changeTo(folder);
    if (folder.startsWith('/')) return folder;
    const { message } = await this.dialogue.send('PWD');
    const quoted = /"((?:[^"]|"")*)"/.exec(message)?.[1];
    if (quoted === undefined)
      throw new Error(`expected a path in the answer to PWD, found ${this.server.quote(message)}`);
    return quoted.replaceAll('""', '"');
  }

  /** Lists a folder: with MLSD, or with LIST where the server has no better. */
  async list(folder: string, format: RawListing['format']): Promise<RawListing> {
    if (format === 'mlsd') return { format, text: await this.readText(`MLSD ${folder}`) };
    // Not as an argument: servers take `[` and `*` in it for patterns, and `-` for an option.
    await this.changeTo(folder);
    try {
      const text = await this.readText(this.listCommand);
      // The folder itself is in every answer to `-a`, unless it was taken for a name.
      if (text !== '' || this.listCommand === 'LIST') return { format, text };
    } catch (error) {
      if (!(error instanceof FTPError) || this.listCommand === 'LIST') throw error;
    }
    this.listCommand = 'LIST';
    return { format, text: await this.readText('LIST') };
  }

  /** Fetches a file, from byte `startAt` on. */
  fetch(path: string, startAt: number, receiver: Receiver): Promise<Received> {
    return download(this.dialogue, this.server, `RETR ${path}`, receiver, startAt);
  }

  /** Stores a file; one that has the name is overwritten, where the server allows that. */
  store(path: string, source: AsyncIterable<Buffer>): Promise<void> {
    return upload(this.dialogue, this.server, path, source);
  }

  /**
   * Sends commands and gives their answers in order, a refusal as `FTPError`: one round trip for all of them, where
   * no FTP proxy is in between.
   */
  ask(commands: readonly string[]): Promise<(FTPResponse | FTPError)[]> {
    return this.dialogue.ask(commands);
  }

  private async changeTo(folder: string): Promise<void> {
    if (folder === this.folder) return;
    this.folder = undefined;
    await this.dialogue.send(`CWD ${folder}`);
    this.folder = folder;
  }

  private async readText(command: string): Promise<string> {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const take = (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > LARGEST_LISTING)
        throw new AccessProblem(
          `${this.server.address} sends a listing of more than ${LARGEST_LISTING} bytes for one folder. Spread its files over several`,
          { lasting: true },
        );
      chunks.push(chunk);
      return undefined;
    };
    const { confirmed } = await download(this.dialogue, this.server, command, { take });
    await confirmed;
    return Buffer.concat(chunks).toString('utf8');
  }
}

/** Connects, with TLS if it is wanted, and waits for the server's greeting. */
async function greet(client: Client, server: Server): Promise<void> {
  const { control, address, tls, tlsOptions } = server;
  const where = hostAndPort(control.host, control.port);
  const raw = await server.dial(control.host, control.port).catch((error: unknown) => {
    throw unreachable(where === address ? address : `the ftp proxy ${where}`, error) ?? error;
  });
  if (tls === 'implicit') {
    const socket = connectTls({ ...tlsOptions, socket: raw });
    await secured(socket, server);
    client.ftp.socket = socket;
    client.ftp.tlsOptions = tlsOptions;
  } else client.ftp.socket = raw;
  await client.ftp.handle(undefined, (reply, task) => {
    if (reply instanceof Error) task.reject(reply);
    else if (reply.code === 220) task.resolve(reply);
    else task.reject(new Error(`${where} is not ready: ${server.quote(reply.message)}`));
  });
  if (tls === 'explicit') await startTls(client, server);
}

/** Waits for the end of a handshake; throws what is wrong with it. */
async function secured(socket: Socket, { address, timeout }: Server): Promise<void> {
  const silent = () => socket.destroy(new Error(`${address} made no TLS handshake within ${timeout} ms`));
  socket.setTimeout(timeout, silent);
  try {
    await once(socket, 'secureConnect');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SSL_WRONG_VERSION_NUMBER')
      throw new AccessProblem(
        `${address} does not speak TLS from the beginning. Set tls to "explicit", or correct the port`,
        { lasting: true, cause: error },
      );
    throw error;
  }
  socket.off('timeout', silent);
}

async function startTls(client: Client, { address, tlsOptions, quote }: Server): Promise<void> {
  try {
    await client.useTLS(tlsOptions);
  } catch (error) {
    if (!(error instanceof FTPError) || error.code < 500) throw error;
    throw new AccessProblem(
      `${address} offers no TLS: ${quote(error.message)}. Have it switched on there, or set tls to "none" and send the password in the clear`,
      { lasting: true, cause: error },
    );
  }
}

async function logIn(client: Client, server: Server, { user, password, from }: Login): Promise<void> {
  try {
    await client.login(user, password);
  } catch (error) {
    // 430: a wrong name or password too, though the number says that it may pass.
    if (!(error instanceof FTPError) || (error.code < 500 && error.code !== 430)) throw error;
    throw new AccessProblem(
      `${server.address} refuses the user ${user} with the password of ${from}: ${server.quote(error.message)}. Correct user or password`,
      { login: true, cause: error },
    );
  }
}

/** Sets the connection up, and asks once what the server can do. */
async function prepare(dialogue: Dialogue, server: Server): Promise<void> {
  const needed = ['TYPE I', ...(server.tls === 'none' ? [] : ['PROT P'])];
  // Some want to be told of UTF-8, and say so nowhere; the others answer no.
  const optionalCommands = [
    'OPTS UTF8 ON',
    ...(server.features ? optionalCommandsOf(server.features) : ['FEAT']),
  ];
  // Without PBSZ there is no PROT (RFC 4217), though it means nothing over TLS.
  if (server.tls !== 'none') void dialogue.ask(['PBSZ 0']).catch(() => undefined);
  const answers = await dialogue.ask([...needed, ...optionalCommands]);
  needed.forEach((command, n) => {
    const answer = answers[n]!;
    if (answer instanceof FTPError)
      throw new AccessProblem(
        `${server.address} refuses ${command}, without which files cannot be transferred safely: ${server.quote(answer.message)}`,
        { lasting: true, cause: answer },
      );
  });
  if (server.features) return;
  const answer = answers.at(-1)!;
  server.features = readFeatures(answer instanceof FTPError ? '' : answer.message);
  await dialogue.ask(optionalCommandsOf(server.features));
}

/** What makes the server tell all that it can. */
function optionalCommandsOf({ mlsdFacts, hash }: Features): string[] {
  return [
    ...(mlsdFacts === undefined ? [] : [`OPTS MLST ${mlsdFacts}`]),
    ...(hash?.select === undefined ? [] : [hash.select]),
  ];
}
