import { Client } from 'basic-ftp';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startDemoFtp, type DemoFtp } from '../../../../src/transfer/demo/ftp/start-demo-ftp.ts';
import { addressesOf } from '../../../support/listening-sockets.ts';

const run = promisify(execFile);

let top: string;
let folder: string;
let server: DemoFtp;
const clients: { close(): void }[] = [];

beforeEach(async () => {
  top = mkdtempSync(path.join(tmpdir(), 'regie-demo-ftp-'));
  folder = path.join(top, 'served');
  server = await startDemoFtp({ port: 0, folder });
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await server.close();
  rmSync(top, { recursive: true });
});

async function login(): Promise<Client> {
  const client = new Client();
  clients.push(client);
  await client.access({ host: '127.0.0.1', port: server.port, user: 'demo', password: 'demo' });
  return client;
}

const put = (name: string, content: string | Buffer) => {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  writeFileSync(path.join(folder, name), content);
};
const kept = (name: string) => readFileSync(path.join(folder, name), 'utf8');

test('what a web page has its browser post is no command', async () => {
  put('kept.png', 'a picture');
  const commands = 'USER anonymous\r\nPASS x\r\nDELE kept.png\r\nQUIT\r\n';
  const browser = connect(server.port, '127.0.0.1');
  browser.end(`POST / HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n\r\n${commands}`);
  let answer = '';
  browser.on('data', (text) => (answer += String(text)));
  await once(browser, 'close');
  expect(answer).toMatch(/^220 .*\r\n500 this is no web server\r\n$/);
  expect(kept('kept.png')).toBe('a picture');
});

describe('with basic-ftp', () => {
  test('lists by MLSD, to the millisecond: names with blanks, accents and quotes', async () => {
    put(`a "b" c'é.txt`, 'hello');
    put('deep/er/x', '');
    utimesSync(path.join(folder, `a "b" c'é.txt`), 1_700_000_000.123, 1_700_000_000.123);
    const client = await login();
    expect((await client.features()).has('MLST')).toBe(true);
    const found = await client.list();
    expect(found.map(({ name, size, isDirectory }) => [name, size, isDirectory])).toEqual([
      [`a "b" c'é.txt`, 5, false],
      ['deep', 0, true],
    ]);
    expect(found[0]!.modifiedAt).toEqual(new Date(1_700_000_000_123));
    expect((await client.list('/deep')).map(({ name }) => name)).toEqual(['er']);
  });

  test('gives a large file whole, and its rest', async () => {
    const bytes = Buffer.from(Array.from({ length: 500_000 }, (_, n) => `${n} `).join(''));
    put('large', bytes);
    const client = await login();
    const target = path.join(top, 'fetched');
    await client.downloadTo(target, 'large');
    expect(readFileSync(target).equals(bytes)).toBe(true);
    writeFileSync(target, bytes.subarray(0, 1_234_567));
    await client.downloadTo(target, 'large', 1_234_567);
    expect(readFileSync(target).equals(bytes)).toBe(true);
    expect(await client.size('large')).toBe(bytes.length);
  });

  test('takes files, appends where it is told to begin, renames, deletes', async () => {
    const client = await login();
    await client.uploadFrom(Readable.from([Buffer.from('first ')]), 'x.part');
    await client.send('REST 6');
    await client.uploadFrom(Readable.from([Buffer.from('second')]), 'x.part');
    expect(kept('x.part')).toBe('first second');
    await client.rename('x.part', 'x');
    expect(readdirSync(folder)).toEqual(['x']);
    expect(await client.lastMod('x')).toBeInstanceOf(Date);
    await client.remove('x');
    expect(readdirSync(folder)).toEqual([]);
  });

  test('makes, enters and removes folders', async () => {
    const client = await login();
    await client.ensureDir('a/b c');
    expect(await client.pwd()).toBe('/a/b c');
    await client.cdup();
    await client.cdup();
    expect(await client.pwd()).toBe('/');
    put('a/b c/x', 'x');
    await expect(client.removeEmptyDir('a/b c')).rejects.toThrow('550 the folder is not empty');
    await client.removeDir('a');
    expect(readdirSync(folder)).toEqual([]);
  });

  test('says what is wrong, and goes on', async () => {
    put('folder/x', 'x');
    const client = await login();
    for (const [command, answer] of [
      ['SIZE none', '550 no such file or folder'],
      ['SIZE folder', '550 that is a folder'],
      ['CWD folder/x', '550 that is a file'],
      ['RETR folder/x', '425 PASV or EPSV first'],
      ['MKD folder', '550 that is there already'],
      ['RNTO y', '503 RNFR first'],
      ['RMD /', '550 that is where all begins'],
      ['PORT 10,0,0,1,0,80', '502 PORT is not known here'],
      ['AUTH TLS', '502 AUTH is not known here'],
      [`SIZE ${'n'.repeat(300)}`, '553 the name is too long'],
    ] as const)
      await expect(client.send(command)).rejects.toThrow(answer);
    expect(await client.size('folder/x')).toBe(1);
  });
});

describe('with curl', () => {
  const curl = (...args: string[]) =>
    run('curl', ['--silent', '--show-error', '--user', 'demo:demo', ...args]);
  const url = (name: string) => `ftp://127.0.0.1:${server.port}/${name}`;

  test('lists by LIST and NLST, fetches, and sends', async () => {
    put('an old file', 'old');
    put('x y', 'hello');
    utimesSync(path.join(folder, 'an old file'), 1_000_000_000, 1_000_000_000);
    expect((await curl('--list-only', url(''))).stdout).toBe('an old file\nx y\n');
    const lines = (await curl(url(''))).stdout.split('\n');
    expect(lines[0]).toBe('-rw-r--r-- 1 demo demo 3 Sep 09  2001 an old file');
    expect(lines[1]).toMatch(/^-rw-r--r-- 1 demo demo 5 [A-Z][a-z]{2} \d\d \d\d:\d\d x y$/);
    expect((await curl(url('x%20y'))).stdout).toBe('hello');
    expect((await curl('--disable-epsv', url('x%20y'))).stdout).toBe('hello');
    await curl('--ftp-create-dirs', '--upload-file', path.join(folder, 'x y'), url('new/z'));
    expect(kept('new/z')).toBe('hello');
    await expect(
      run('curl', ['--silent', '--show-error', '--user', 'demo:wrong', url(''), '--ftp-pasv']),
    ).rejects.toThrow('denied');
  });
});

describe('on the control connection', () => {
  async function raw(): Promise<{ socket: Socket; say(line: string): Promise<string> }> {
    const socket = connect(server.port, '127.0.0.1');
    clients.push({ close: () => socket.destroy() });
    await once(socket, 'data');
    return {
      socket,
      async say(line) {
        const answer = once(socket, 'data');
        socket.write(`${line}\r\n`);
        return String((await answer)[0]).trim();
      },
    };
  }

  test('asks for the login first', async () => {
    const { say } = await raw();
    for (const command of ['PWD', 'PASV', 'STOR x', 'DELE x', 'RETR x'])
      expect(await say(command)).toBe('530 log in first');
    await say('USER demo');
    expect(await say('PASS wrong')).toBe('530 wrong user or password');
    expect(await say('PWD')).toBe('530 log in first');
    await say('USER demo');
    expect(await say('PASS demo')).toBe('230 welcome');
    // Who logs in anew is nobody until then.
    await say('USER root');
    expect(await say('PWD')).toBe('530 log in first');
  });

  test('lets nobody out of the folder, by `..` or by links', async () => {
    writeFileSync(path.join(top, 'secret'), 'secret');
    mkdirSync(path.join(top, 'elsewhere'));
    writeFileSync(path.join(top, 'elsewhere', 'x'), 'x');
    symlinkSync(path.join(top, 'secret'), path.join(folder, 'link'));
    symlinkSync(path.join(top, 'elsewhere'), path.join(folder, 'door'));
    const { say } = await raw();
    await say('USER demo');
    await say('PASS demo');
    for (const name of ['../secret', '/../secret', '/a/../../secret', 'link', 'door/x', 'door'])
      for (const command of ['SIZE', 'RETR', 'MLST', 'CWD', 'RNFR'])
        expect(await say(`${command} ${name}`), `${command} ${name}`).toBe('550 no such file or folder');
    await say('EPSV');
    expect(await say('STOR door/new')).toMatch(/^[45]\d\d /);
    expect(await say('STOR link')).toMatch(/^[45]\d\d /);
    expect(await say('DELE door/x')).toBe('550 no such file or folder');
    expect(await say('MKD ../made')).toBe('257 "/made" made');
    expect(await say('CWD ..')).toBe('250 there you are');
    expect(await say('PWD')).toBe('257 "/" is where you are');
    expect(await say('SIZE a\0b')).toBe('553 no control characters in names');
    expect(readdirSync(top).sort()).toEqual(['elsewhere', 'secret', 'served']);
    expect(existsSync(path.join(top, 'elsewhere', 'new'))).toBe(false);
    expect(readFileSync(path.join(top, 'secret'), 'utf8')).toBe('secret');
  });

  test('listens on loopback alone, for data too', async () => {
    const { say } = await raw();
    await say('USER demo');
    await say('PASS demo');
    const [, port] = /\(\|\|\|(\d+)\|\)/.exec(await say('EPSV'))!;
    for (const each of [server.port, Number(port)]) expect(addressesOf(each)).toEqual(['127.0.0.1']);
  });

  test('survives clients that go away at any moment', async () => {
    put('large', Buffer.alloc(20_000_000));
    for (const last of ['USER demo', 'EPSV', 'RETR large', 'STOR x']) {
      const { socket, say } = await raw();
      await say('USER demo');
      await say('PASS demo');
      const [, port] = /\(\|\|\|(\d+)\|\)/.exec(await say('EPSV'))!;
      const data = connect(Number(port), '127.0.0.1');
      clients.push({ close: () => data.destroy() });
      data.on('error', () => undefined);
      await once(data, 'connect');
      await say(last);
      socket.resetAndDestroy();
      // Only now: until here nobody read what came.
      data.resume();
      await once(data, 'close');
    }
    expect((await login()).closed).toBe(false);
  });
});

test('a port that is taken is named, with who has it', async () => {
  await expect(startDemoFtp({ port: server.port, folder })).rejects.toThrow(
    new RegExp(`port ${server.port}, needed for the demo FTP server, is in use by .*pid ${process.pid}`),
  );
});
