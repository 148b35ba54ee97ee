import type { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ServedFolder } from './folder.ts';
import { PassivePort } from './passive.ts';
import { Refusal, refusalOf } from './demo-ftp-refusal.ts';

export interface Login {
  user: string;
  password: string;
}

/** What a server remembers of a client between two commands. */
export class Session {
  readonly folder: ServedFolder;
  readonly login: Login;
  user = '';
  loggedIn = false;
  /** The client said goodbye. */
  over = false;
  directory = '/';
  /** Byte at which the next transfer begins (REST). */
  start = 0;
  /** What the next RNTO renames. */
  renames: string | undefined;
  private readonly control: Socket;
  private readonly gone = new AbortController();
  private passive: PassivePort | undefined;

  constructor(control: Socket, folder: ServedFolder, login: Login) {
    this.control = control;
    this.folder = folder;
    this.login = login;
  }

  /** Several lines make one answer of several lines. */
  reply(code: number, ...lines: string[]): void {
    const last = lines.pop();
    if (this.control.writable)
      this.control.write(
        [...lines.map((line, i) => (i === 0 ? `${code}-${line}` : ` ${line}`)), `${code} ${last}`, ''].join(
          '\r\n',
        ),
      );
  }

  /** Opens the port for the next data connection. */
  async listen(): Promise<number> {
    this.passive?.close();
    this.passive = await PassivePort.open();
    return this.passive.port;
  }

  /** Sends bytes over the data connection; `open` is called once there is one. */
  async send(open: () => Readable): Promise<void> {
    await this.transfer((data, signal) => pipeline(open(), data, { signal }));
  }

  /** Takes bytes from the data connection to their end. */
  async receive(open: () => Writable): Promise<void> {
    await this.transfer((data, signal) => pipeline(data, open(), { signal }));
  }

  /** The client is gone: ends what is under way for it. */
  end(): void {
    this.gone.abort();
    this.passive?.close();
  }

  private async transfer(move: (data: Socket, signal: AbortSignal) => Promise<void>): Promise<void> {
    const { passive } = this;
    if (!passive) throw new Refusal(425, 'PASV or EPSV first');
    this.passive = undefined;
    const data = await passive.connected();
    this.reply(150, 'here it comes');
    try {
      await move(data, this.gone.signal);
    } catch (error) {
      data.destroy();
      const known = refusalOf(error);
      throw known.code === 451 ? new Refusal(426, 'the data connection broke') : known;
    }
    this.reply(226, 'done');
  }
}
