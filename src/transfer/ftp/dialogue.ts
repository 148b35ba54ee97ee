import { FTPError, type FTPContext, type FTPResponse } from 'basic-ftp';

/** Told of answers that come before the last one of a command: `150 Opening data connection`. */
type OnPreliminary = () => void;

interface Command {
  text: string;
  onPreliminary: OnPreliminary | undefined;
  resolve(answer: FTPResponse): void;
  reject(error: Error): void;
}

/**
 * The talk over a control connection that is logged in: commands in a row, their answers in the same order. Several may
 * be under way at once, so that a round trip serves all of them; an FTP proxy gets one at a time.
 *
 * The library's own way is one command at a time, each with a stack trace: a tenth of what small files take.
 */
export class Dialogue {
  readonly ftp: FTPContext;
  private readonly server: { readonly pipelines: boolean };
  /** Sent, and not answered yet. */
  private readonly sent: Command[] = [];
  private readonly unsent: Command[] = [];
  private corked = false;
  private listens = true;

  constructor(ftp: FTPContext, server: { readonly pipelines: boolean }) {
    this.ftp = ftp;
    this.server = server;
    // Never settles: from now on every answer, and the end of the connection, is heard here.
    void ftp.handle(undefined, (reply) => this.hear(reply));
    this.watch();
  }

  /** Sends a command. Gives its last answer; throws `FTPError` for a no, and what closed the connection. */
  send(text: string, onPreliminary?: OnPreliminary): Promise<FTPResponse> {
    return new Promise((resolve, reject) => {
      this.unsent.push({ text, onPreliminary, resolve, reject });
      this.flush();
    });
  }

  /** Sends commands and gives their answers, a no as `FTPError`. */
  async ask(commands: readonly string[]): Promise<(FTPResponse | FTPError)[]> {
    const answers = commands.map((text) =>
      this.send(text).catch((error: unknown) => {
        if (error instanceof FTPError) return error;
        throw error;
      }),
    );
    return Promise.all(answers);
  }

  /** While data arrives the data connection tells whether the server is alive; the control connection may be silent. */
  set silent(silent: boolean) {
    this.listens = !silent;
    this.watch();
  }

  private flush(): void {
    while (this.unsent.length > 0 && (this.server.pipelines || this.sent.length === 0)) {
      const command = this.unsent.shift()!;
      this.cork();
      try {
        this.ftp.send(command.text);
        this.sent.push(command);
      } catch (error) {
        command.reject(error as Error);
      }
    }
    this.watch();
  }

  /** What is sent within one turn goes out in one packet. */
  private cork(): void {
    if (this.corked) return;
    this.corked = true;
    const { socket } = this.ftp;
    socket.cork();
    process.nextTick(() => {
      this.corked = false;
      socket.uncork();
    });
  }

  private hear(reply: FTPResponse | Error): void {
    if (reply instanceof Error && !(reply instanceof FTPError)) {
      for (const { reject } of [...this.sent.splice(0), ...this.unsent.splice(0)]) reject(reply);
      return;
    }
    const command = this.sent[0];
    if (command === undefined) {
      // Going away, mostly: `421 No transfer for 300 seconds`.
      this.ftp.closeWithError(new Error(`the server sends an unexpected answer: ${reply.message}`));
    } else if (reply.code < 200) command.onPreliminary?.();
    else {
      this.sent.shift();
      if (reply instanceof FTPError) command.reject(reply);
      else command.resolve(reply);
      this.flush();
    }
  }

  private watch(): void {
    this.ftp.socket.setTimeout(this.sent.length > 0 && this.listens ? this.ftp.timeout : 0);
  }
}
