import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';

/**
 * An FTP server that lies: it shows the listings that it is given, whatever they say, and gives what a test wants for
 * any path. Real servers cannot be made to. It speaks as much of the protocol as a pull needs, on 127.0.0.1.
 */
export class HostileServer {
  /** All commands that arrived, but for passwords. */
  readonly commands: string[] = [];
  port = 0;
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private readonly behaviour: Behaviour;

  private constructor(behaviour: Behaviour) {
    this.behaviour = behaviour;
    this.server = createServer({ noDelay: true }, (socket) => this.talk(socket));
  }

  static async start(behaviour: Behaviour): Promise<HostileServer> {
    const hostile = new HostileServer(behaviour);
    hostile.server.listen(0, '127.0.0.1');
    await once(hostile.server, 'listening');
    hostile.port = (hostile.server.address() as { port: number }).port;
    return hostile;
  }

  /** Settings of a pull that reach it. */
  get settings(): Record<string, unknown> {
    return { host: '127.0.0.1', port: this.port };
  }

  async stop(): Promise<void> {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await once(this.server, 'close');
  }

  private keep(socket: Socket): Socket {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket)).on('error', () => undefined);
    return socket;
  }

  private talk(socket: Socket): void {
    this.keep(socket);
    let data: Promise<Socket> | undefined;
    let folder = '/';
    let rest = '';
    const say = (text: string) => socket.write(`${text}\r\n`);
    const send = async (content: Buffer | string, cut: boolean) => {
      const open = await data!;
      say('150 here it comes');
      open.end(content, () => (cut ? socket.destroy() : say('226 done')));
    };
    const obey = async (line: string) => {
      const [, command = '', argument = ''] = /^(\S+) ?(.*)$/.exec(line) ?? [];
      this.commands.push(command === 'PASS' ? 'PASS' : line);
      const cut = this.behaviour.cut?.(line, socket.remotePort!);
      if (cut === 'before') {
        socket.destroy();
        return;
      }
      const own = cut === undefined ? this.behaviour.answer?.(line) : undefined;
      if (own !== undefined) {
        say(own);
        return;
      }
      switch (command) {
        case 'USER':
          return say('331 password');
        case 'FEAT':
          return say(
            `211-Features\r\n${(this.behaviour.features ?? mlsd).map((name) => ` ${name}\r\n`).join('')}211 End`,
          );
        case 'CWD':
          folder = argument;
          return say('250 in');
        case 'EPSV': {
          const listener = createServer();
          data = once(listener, 'connection').then(([open]) => {
            listener.close();
            return this.keep(open as Socket);
          });
          listener.listen(0, '127.0.0.1');
          await once(listener, 'listening');
          return say(`229 (|||${(listener.address() as { port: number }).port}|)`);
        }
        case 'MLSD':
          return send(this.behaviour.list(argument), cut === 'after');
        case 'LIST':
          return send(this.behaviour.list(folder), cut === 'after');
        case 'RETR':
          return send(this.behaviour.content?.(argument) ?? 'content', cut === 'after');
        case 'PASS':
          return say('230 in');
        case 'QUIT':
          return socket.end('221 bye\r\n');
        case 'TYPE':
        case 'OPTS':
        case 'DELE':
          return cut === 'after' ? socket.destroy() : say('200 fine');
        default:
          return say('502 not here');
      }
    };
    let last: Promise<unknown> = Promise.resolve();
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\r\n');
      rest = lines.pop()!;
      for (const line of lines) last = last.then(() => obey(line));
    });
    say('220 welcome');
  }
}

const mlsd = ['MLST type*;size*;modify*;unique*;', 'UTF8'];

export interface Behaviour {
  /** The listing of a folder, as it is sent. */
  list(folder: string): string | Buffer;
  content?(path: string): string | Buffer;
  /** Lines of FEAT; MLSD when left out. */
  features?: string[];
  /** Answers a command in its own way; undefined: as usual. */
  answer?(line: string): string | undefined;
  /**
   * Breaks the connection off instead of answering a command: `before` it does anything, or `after` it has done it. `port`:
   * the client's, another one for each connection.
   */
  cut?(line: string, port: number): 'before' | 'after' | undefined;
}

/** A line of MLSD. */
export function fact(
  name: string,
  { type = 'file', size = 7, modify = '20260102030405', more = '' } = {},
): string {
  return `type=${type};size=${size};modify=${modify};${more} ${name}\r\n`;
}
