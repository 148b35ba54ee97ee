import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { commands, withoutLogin } from './demo-ftp-commands.ts';
import type { ServedFolder } from './folder.ts';
import { Refusal, refusalOf } from './demo-ftp-refusal.ts';
import { Session, type Login } from './demo-ftp-session.ts';

/** A client that says nothing for so long is gone. */
const IDLE = 15 * 60_000;

/** The first line of a request of HTTP. */
const HTTP = / HTTP\/\d(?:\.\d)?$/;

/** Serves a client until it leaves. Commands are done one after the other, as they come. Never throws. */
export async function serve(control: Socket, folder: ServedFolder, login: Login): Promise<void> {
  const session = new Session(control, folder, login);
  control.setTimeout(IDLE, () => control.destroy());
  // Whatever breaks the connection also ends the lines.
  control.on('error', () => undefined);
  control.once('close', () => session.end());
  session.reply(220, 'Demo server of Regie: only for a first look.');
  try {
    for await (const line of createInterface({ input: control, crlfDelay: Number.POSITIVE_INFINITY })) {
      // A web page can have its browser post here, and the commands would stand in what it posts.
      if (!session.loggedIn && HTTP.test(line)) {
        session.reply(500, 'this is no web server');
        control.destroySoon();
        break;
      }
      await obey(session, line);
      if (session.over) control.end();
    }
  } catch {
    control.destroy();
  }
}

async function obey(session: Session, line: string): Promise<void> {
  const [, name = '', argument = ''] = /^(\S*) ?(.*)$/.exec(line) ?? [];
  const command = commands[name.toUpperCase()];
  try {
    if (!command) throw new Refusal(502, `${name} is not known here`);
    if (!session.loggedIn && !withoutLogin.has(name.toUpperCase())) throw new Refusal(530, 'log in first');
    await command(session, argument);
  } catch (error) {
    const { code, message } = refusalOf(error);
    session.reply(code, message);
  }
}
