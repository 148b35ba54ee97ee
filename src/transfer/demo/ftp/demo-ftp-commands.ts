import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { resolve, type Entry } from './folder.ts';
import { facts, longLine, timeVal } from './print-listing.ts';
import { Refusal } from './demo-ftp-refusal.ts';
import type { Session } from './demo-ftp-session.ts';

type Command = (session: Session, argument: string) => Promise<void> | void;

/** What may be said before the login. */
export const withoutLogin: ReadonlySet<string> = new Set([
  'USER',
  'PASS',
  'QUIT',
  'FEAT',
  'SYST',
  'NOOP',
  'OPTS',
]);

/** RFC 959, with RFC 2389 (FEAT), 2428 (EPSV) and 3659 (MLSD, SIZE, MDTM, REST); no active transfers, no TLS. */
export const commands: Partial<Record<string, Command>> = {
  USER(session, user) {
    session.loggedIn = false;
    session.user = user;
    session.reply(331, 'the password, please');
  },
  PASS(session, password) {
    const { user, password: expected } = session.login;
    // Anonymous: a task that pulls from here needs no secret for it.
    const known = session.user === 'anonymous' || (session.user === user && password === expected);
    if (!known) throw new Refusal(530, 'wrong user or password');
    session.loggedIn = true;
    session.reply(230, 'welcome');
  },
  QUIT(session) {
    session.over = true;
    session.reply(221, 'goodbye');
  },
  NOOP: (session) => session.reply(200, 'nothing done'),
  SYST: (session) => session.reply(215, 'UNIX Type: L8'),
  FEAT: (session) =>
    session.reply(
      211,
      'Features:',
      'EPSV',
      'MDTM',
      'MLST type*;size*;modify*;',
      'REST STREAM',
      'SIZE',
      'UTF8',
      'End',
    ),
  OPTS(session, option) {
    if (!/^(?:UTF8 ON|MLST)\b/i.test(option)) throw new Refusal(501, 'no such option');
    session.reply(200, 'as you wish');
  },

  TYPE(session, type) {
    if (!/^(?:A|A N|I|L 8)$/i.test(type)) throw new Refusal(504, 'expected I or A');
    // Either way bytes go as they are.
    session.reply(200, 'bytes go as they are');
  },
  MODE: (session, mode) => only(session, 'S', mode),
  STRU: (session, structure) => only(session, 'F', structure),
  async PASV(session) {
    const port = await session.listen();
    session.reply(227, `Entering Passive Mode (127,0,0,1,${port >> 8},${port & 255})`);
  },
  async EPSV(session) {
    session.reply(229, `Entering Extended Passive Mode (|||${await session.listen()}|)`);
  },

  PWD: (session) => session.reply(257, `"${session.directory.replaceAll('"', '""')}" is where you are`),
  async CWD(session, name) {
    const directory = at(session, name);
    if (!(await session.folder.stat(directory)).folder) throw new Refusal(550, 'that is a file');
    session.directory = directory;
    session.reply(250, 'there you are');
  },
  CDUP: (session) => commands['CWD']!(session, '..'),
  async MKD(session, name) {
    const made = at(session, name);
    await session.folder.make(made);
    session.reply(257, `"${made.replaceAll('"', '""')}" made`);
  },
  async RMD(session, name) {
    await session.folder.removeFolder(at(session, name));
    session.reply(250, 'removed');
  },

  MLSD: (session, name) => list(session, name, facts),
  LIST: (session, name) => list(session, withoutFlags(name), longLine),
  NLST: (session, name) => list(session, withoutFlags(name), (entry) => entry.name),
  async MLST(session, name) {
    const path = at(session, name);
    session.reply(250, 'Facts:', facts({ ...(await session.folder.stat(path)), name: path }), 'End');
  },
  async SIZE(session, name) {
    session.reply(213, String((await file(session, name)).bytes));
  },
  async MDTM(session, name) {
    session.reply(213, timeVal((await file(session, name)).modified));
  },

  REST(session, text) {
    const start = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(start))
      throw new Refusal(501, 'expected a number of bytes');
    session.start = start;
    session.reply(350, `the next transfer begins at byte ${start}`);
  },
  async RETR(session, name) {
    const start = takeStart(session);
    await using(await session.folder.read(at(session, name)), (handle) =>
      session.send(() => handle.createReadStream({ start })),
    );
  },
  async STOR(session, name) {
    const start = takeStart(session);
    await using(await session.folder.write(at(session, name), start), (handle) =>
      session.receive(() => handle.createWriteStream({ start })),
    );
  },

  async DELE(session, name) {
    await session.folder.remove(at(session, name));
    session.reply(250, 'deleted');
  },
  async RNFR(session, name) {
    const from = at(session, name);
    await session.folder.stat(from);
    session.renames = from;
    session.reply(350, 'to what?');
  },
  async RNTO(session, name) {
    const { renames } = session;
    if (renames === undefined) throw new Refusal(503, 'RNFR first');
    session.renames = undefined;
    await session.folder.rename(renames, at(session, name));
    session.reply(250, 'renamed');
  },
};

/** The path that a command names. */
function at(session: Session, name: string): string {
  if (name === '') throw new Refusal(501, 'expected a name');
  return resolve(session.directory, name);
}

/** Old clients say `LIST -la`. */
const withoutFlags = (text: string) => text.replace(/^-\w+ ?/, '');

async function file(session: Session, name: string) {
  const entry = await session.folder.stat(at(session, name));
  if (entry.folder) throw new Refusal(550, 'that is a folder');
  return entry;
}

async function list(session: Session, name: string, line: (entry: Entry) => string): Promise<void> {
  const entries = await session.folder.list(resolve(session.directory, name));
  const text = entries.map((entry) => `${line(entry)}\r\n`).join('');
  await session.send(() => Readable.from([Buffer.from(text)]));
}

function only(session: Session, expected: string, value: string): void {
  if (value.toUpperCase() !== expected) throw new Refusal(504, `expected ${expected}`);
  session.reply(200, 'as ever');
}

/** Where REST said that this transfer begins; the next one begins at 0 again. */
function takeStart(session: Session): number {
  const { start } = session;
  session.start = 0;
  return start;
}

/** The stream of a transfer closes its file too; without a transfer nobody else does. */
async function using(handle: FileHandle, use: (handle: FileHandle) => Promise<void>): Promise<void> {
  try {
    await use(handle);
  } finally {
    await handle.close();
  }
}
