import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { Connection } from '../../../src/transfer/ftp/ftp-connection.ts';
import { openServer } from '../../../src/transfer/ftp/ftp-server.ts';
import { pullSettings } from '../../../src/transfer/pull/pull-settings.ts';

/** What a server does once all bytes of a file are sent; `asked` settles when EPSV comes behind it. */
type Confirm = (file: string, asked: Promise<void>) => Promise<string | undefined>;

const undo: (() => void)[] = [];
afterEach(() => {
  for (const step of undo.splice(0).reverse()) step();
});

/** A server with one connection at a time that confirms transfers as a test wants; commands as they came. */
async function scripted(confirm: Confirm, { portsShut = false } = {}) {
  const commands: string[] = [];
  const server = createServer({ noDelay: true }, (control) => {
    undo.push(() => control.destroy());
    control.on('error', () => undefined);
    let data: { listener: Server; socket: Promise<Socket> } | undefined;
    let asked: () => void = () => undefined;
    const say = (text: string) => control.write(`${text}\r\n`);
    const obey = async (line: string) => {
      const [command = '', argument = ''] = line.split(' ');
      if (command === 'EPSV') {
        data = await listen();
        say(`229 (|||${(data.listener.address() as AddressInfo).port}|)`);
        if (portsShut && commands.some((each) => each.startsWith('RETR'))) data.listener.close();
      } else if (command === 'RETR') {
        const socket = await data!.socket;
        say('150 here it comes');
        const wait = new Promise<void>((resolve) => (asked = resolve));
        socket.end(`content of ${argument}`);
        const words = await confirm(argument, wait);
        if (words === undefined) control.destroy();
        else say(words);
      } else if (command === 'USER') say('331 password');
      else if (command === 'FEAT') say('211-Features\r\n MLST type*;size*;modify*;\r\n211 End');
      else say('200 fine');
    };
    let last: Promise<unknown> = Promise.resolve();
    control.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.split('\r\n').filter(Boolean)) {
        commands.push(line);
        if (line === 'EPSV') asked();
        last = last.then(() => obey(line)).catch(() => undefined);
      }
    });
    say('220 welcome');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  undo.push(() => server.close());
  const settings = pullSettings.parse({
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    localPath: 'hot',
  });
  const open = await openServer(settings, '/');
  const connection = await Connection.open(open);
  undo.push(() => connection.close());
  const fetch = async (file: string): Promise<{ text: string; confirmed: Promise<unknown> }> => {
    let text = '';
    const { confirmed } = await connection.fetch(file, 0, {
      take(chunk) {
        text += chunk.toString();
        return undefined;
      },
    });
    return { text, confirmed };
  };
  return { fetch, connection, commands: () => commands.filter((line) => /^(EPSV|RETR)/.test(line)) };
}

async function listen() {
  const listener = createServer();
  undo.push(() => listener.close());
  const socket = once(listener, 'connection').then(([open]) => (open as Socket).on('error', () => undefined));
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return { listener, socket };
}

it('asks for the next file while the server still confirms this one', async () => {
  const { fetch, commands } = await scripted(async (_file, asked) => {
    await asked;
    return '226 done';
  });
  for (const file of ['/a', '/b', '/c']) expect((await fetch(file)).text).toBe(`content of ${file}`);
  expect(commands()).toEqual(['EPSV', 'RETR /a', 'EPSV', 'RETR /b', 'EPSV', 'RETR /c']);
});

it('hears of a failure at the end, and fetches the next file', async () => {
  const { fetch, connection } = await scripted(async (file, asked) => {
    await asked;
    return file === '/bad' ? '451 the disk of the server broke' : '226 done';
  });
  const good = await fetch('/a');
  const bad = await fetch('/bad');
  await good.confirmed;
  expect(bad.text).toBe('content of /bad');
  expect((await fetch('/b')).text).toBe('content of /b');
  await expect(bad.confirmed).rejects.toThrow('451 the disk of the server broke');
  expect(connection.closed).toBe(false);
});

it('does not wait for an answer when the connection ends before it', async () => {
  const { fetch, connection } = await scripted(async (_file, asked) => {
    await asked;
    return undefined;
  });
  const { text, confirmed } = await fetch('/a');
  expect(text).toBe('content of /a');
  await expect(fetch('/b')).rejects.toThrow(/closed|FIN|ECONNRESET/);
  await expect(confirmed).rejects.toThrow(/closed|FIN|ECONNRESET/);
  expect(connection.closed).toBe(true);
});

it('gives the connection up when a port that was told is shut again', async () => {
  const { fetch, connection } = await scripted(
    async (_file, asked) => {
      await asked;
      return '226 done';
    },
    { portsShut: true },
  );
  expect((await fetch('/a')).text).toBe('content of /a');
  await expect(fetch('/b')).rejects.toThrow('ECONNREFUSED');
  expect(connection.closed).toBe(true);
});
