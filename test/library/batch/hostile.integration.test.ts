import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Answer } from '../../../src/library/batch/answer/answer.ts';
import { readKey } from '../../../src/library/batch/http/key.ts';
import { httpSettings } from '../../../src/library/batch/http/endpoint-settings.ts';
import { freePort } from '../../support/ports.ts';
import { eventually } from '../../support/installation.ts';
import { mountSmallDisk, type SmallDisk } from '../../transfer/support/small-disk.ts';
import { formOf, KEY, openEndpoint, startEndpointChild, type TestEndpoint } from './endpoint.ts';
import { manifestOf, openUploads, type Uploads } from './support.ts';

let at: Uploads;
beforeEach(async () => {
  at = await openUploads();
});
afterEach(() => at.close());

const post = ({ ask }: TestEndpoint, body: FormData, headers: Record<string, string> = {}) =>
  ask('/batches', { method: 'POST', body, headers });

const nothingIsThere = () =>
  eventually(async () => {
    expect(at.files('drop')).toEqual([]);
    expect(await at.query('select from library.batch')).toEqual([]);
  });

/** A connection to an endpoint; collects what is answered until it ends. */
async function raw({
  address,
}: Pick<TestEndpoint, 'address'>): Promise<{ socket: Socket; ended: Promise<string> }> {
  const socket = connect(address.port, '127.0.0.1');
  await once(socket, 'connect');
  let text = '';
  socket.on('data', (piece: Buffer) => (text += piece.toString()));
  const ended = new Promise<string>((resolve) => socket.once('close', () => resolve(text)));
  socket.on('error', () => undefined);
  return { socket, ended };
}

const head = (...more: string[]) =>
  [
    'POST /batches HTTP/1.1',
    'Host: test',
    `Authorization: Bearer ${KEY}`,
    'Content-Type: multipart/form-data; boundary=XX',
    ...more,
    '',
    '',
  ].join('\r\n');
const part = (disposition: string, content: string) =>
  `--XX\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n${content}\r\n`;

/** Sends a body as it is; gives status and text of the answer. */
async function send(endpoint: TestEndpoint, body: string | Buffer): Promise<[number, string]> {
  const response = await endpoint.ask('/batches', {
    method: 'POST',
    body,
    headers: { 'content-type': 'multipart/form-data; boundary=XX' },
  });
  return [response.status, await response.text()];
}

describe('the key', () => {
  it.each([
    ['none', {}],
    ['a wrong one', { authorization: 'Bearer a-key-that-nobody-guesseS' }],
    ['a part of it', { authorization: `Bearer ${KEY.slice(0, -1)}` }],
    ['more than it', { authorization: `Bearer ${KEY}x` }],
    ['an empty one', { authorization: 'Bearer ' }],
    ['another scheme', { authorization: `Basic ${KEY}` }],
  ])('%s opens nothing', async (_, headers) => {
    const { url, starts } = await openEndpoint(at);
    for (const [where, method] of [
      ['/batches', 'POST'],
      ['/batches/6f0a8f0e-3d3c-4b60-8a2a-5cf4b1f0f6aa', 'GET'],
      ['/', 'GET'],
    ]) {
      const body = method === 'POST' ? formOf({ manifest: manifestOf('a') }, { a: '1' }) : null;
      const response = await fetch(`${url}${where}`, {
        method: method!,
        body,
        headers: headers as Record<string, string>,
      });
      expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
      expect(await response.json()).toEqual({
        error: 'expected `Authorization: Bearer <key>` with the right key',
      });
    }
    await nothingIsThere();
    expect(starts()).toBe(0);
  });

  it('is in no log, answer or row', async () => {
    const endpoint = await openEndpoint(at, { maxFileBytes: 10 });
    const answers = [
      await post(endpoint, formOf({ manifest: manifestOf('a') }, { a: '1' })),
      await post(endpoint, formOf({ manifest: '<nonsense' }, { a: '1' })),
      await post(endpoint, formOf({ manifest: manifestOf('a') }, { a: 'much too much' })),
      await endpoint.ask('/batches/nonsense'),
    ];
    const said = await Promise.all(
      answers.map(async (each) => JSON.stringify([...each.headers]) + (await each.text())),
    );
    const rows = await at.query(
      "select query_to_xml('select * from library.batch', true, true, '')::text as all",
    );
    expect(`${said.join('')}${endpoint.log.join('')}${JSON.stringify(rows)}`).not.toContain(KEY.slice(0, 10));
    expect(endpoint.log.length).toBeGreaterThan(3);
  });

  it('must not be one that could be guessed', async () => {
    process.env['REGIE_TEST_WEAK_KEY'] = 'secret';
    await expect(readKey('env:REGIE_TEST_WEAK_KEY')).rejects.toMatchObject({ type: 'WeakKey' });
    await expect(readKey('env:REGIE_TEST_WEAK_KEY')).rejects.not.toThrow('secret');
    await expect(readKey('env:REGIE_TEST_NO_KEY')).rejects.toMatchObject({ type: 'MissingSecret' });
  });
});

it('listens on this machine only, unless it is told otherwise', () => {
  expect(httpSettings.parse({ key: 'env:KEY' })).toMatchObject({ host: '127.0.0.1' });
  expect(httpSettings.safeParse({ key: KEY }).error?.issues[0]?.message).not.toContain(KEY);
});

describe('limits', () => {
  it('of a file, of a request with and without a length, of files', async () => {
    await at.close();
    at = await openUploads({ maxFiles: 3 });
    const endpoint = await openEndpoint(at, { maxFileBytes: 1_000, maxBatchBytes: 5_000 });
    const status = async (files: Record<string, string>) => {
      const response = await post(endpoint, formOf({ user: 'anna', collection: 'photos' }, files));
      return [response.status, ((await response.json()) as { error?: string }).error];
    };
    expect(await status({ a: 'x'.repeat(1_000) })).toEqual([200, undefined]);
    expect(await status({ a: 'x'.repeat(1_001) })).toEqual([
      413,
      expect.stringContaining('the file "a" is too large'),
    ]);
    expect(await status({ a: 'x'.repeat(999), b: 'x'.repeat(9_000) })).toEqual([
      413,
      expect.stringContaining('at most 5000 bytes'),
    ]);
    expect(await status({ a: '1', b: '2', c: '3', d: '4' })).toEqual([
      413,
      expect.stringContaining('3 files'),
    ]);
    const { socket, ended } = await raw(endpoint);
    socket.write(head('Transfer-Encoding: chunked'));
    const chunk = part('name="f"; filename="a"', 'x'.repeat(600));
    for (let n = 0; n < 10; n += 1) socket.write(`${chunk.length.toString(16)}\r\n${chunk}\r\n`);
    expect(await ended).toMatch(/^HTTP\/1.1 413 /);
    expect(at.files('drop')).toEqual([]);
  });

  it('of time: for headers, for a body that drips, for silence', async () => {
    const endpoint = await openEndpoint(at, { idleTimeout: '300ms', leastBytes: 1_000 });
    const silent = await raw(endpoint);
    const headers = await raw(endpoint);
    headers.socket.write('POST /batches HTTP/1.1\r\nHost: test\r\n');
    const body = await raw(endpoint);
    body.socket.write(head('Content-Length: 100000'));
    body.socket.write('--XX\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\n');
    const drip = setInterval(() => body.socket.write('x'), 20);
    const hold = setInterval(() => headers.socket.write('x'), 20);
    try {
      expect(await body.ended).toMatch(/^HTTP\/1.1 408 .*expected at least 1000/s);
      expect(await headers.ended).toMatch(/^(?:HTTP\/1.1 408 |$)/);
      expect(await silent.ended).toMatch(/^(?:HTTP\/1.1 408 |$)/);
    } finally {
      clearInterval(drip);
      clearInterval(hold);
    }
    expect(await post(endpoint, formOf({ manifest: manifestOf('a') }, { a: '1' }))).toMatchObject({
      status: 200,
    });
    await eventually(() => expect(at.files('drop')).toEqual([]));
  });

  it('of uploads at the same time', async () => {
    const endpoint = await openEndpoint(at, { maxUploads: 2 });
    const held = await Promise.all([raw(endpoint), raw(endpoint)]);
    for (const { socket } of held) socket.write(head('Content-Length: 1000'));
    await eventually(async () => {
      const response = await post(endpoint, formOf({ manifest: manifestOf('a') }, { a: '1' }));
      expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
    });
    for (const { socket } of held) socket.destroy();
    await eventually(async () => {
      const response = await post(endpoint, formOf({ manifest: manifestOf('a') }, { a: '1' }));
      expect(response.status).toBe(200);
    });
  });
});

describe('a request that is no batch', () => {
  it.each([
    ['without files in it', '--XX--\r\n', 400],
    ['that ends in the middle', part('name="f"; filename="a"', 'x').slice(0, -10), 400],
    ['that ends before its boundary', part('name="user"', 'anna') + part('name="f"; filename="a"', 'x'), 400],
    ['of other parts', '--YY\r\n\r\n--YY--', 400],
    ['of nothing', '', 400],
    ['with a part that has no name', `${part('filename="a"', 'x')}${part('name="user"', 'anna')}--XX--`, 200],
    [
      'with a manifest as large as a file',
      `${part('name="manifest"; filename="m"', ' '.repeat(2_000_000))}--XX--`,
      413,
    ],
    ['with a field as large as a file', `${part('name="user"', 'x'.repeat(2_000_000))}--XX--`, 413],
    ['with a field twice', `${part('name="user"', 'a')}${part('name="user"', 'b')}--XX--`, 400],
  ])('%s ends well', async (_, body, status) => {
    await at.close();
    at = await openUploads({ collection: 'photos' });
    const endpoint = await openEndpoint(at, { idleTimeout: '2s' });
    expect((await send(endpoint, body))[0]).toBe(status);
    // It still serves.
    expect((await post(endpoint, formOf({ manifest: manifestOf('b') }, { b: 'sound' }))).status).toBe(200);
    expect(at.files('incoming')).toEqual([]);
  });

  it.each([
    ['GET', '/batches', 405],
    ['DELETE', '/batches/6f0a8f0e-3d3c-4b60-8a2a-5cf4b1f0f6aa', 405],
    ['GET', '/batches/6f0a8f0e-3d3c-4b60-8a2a-5cf4b1f0f6aa', 404],
    ['GET', '/batches/..%2f..%2fetc', 404],
    ['GET', '/', 404],
  ])('%s %s is %i', async (method, where, status) => {
    const { ask } = await openEndpoint(at);
    expect((await ask(where, { method })).status).toBe(status);
  });

  it('of another type is refused', async () => {
    const { ask } = await openEndpoint(at);
    for (const type of ['application/json', 'multipart/form-data', 'multipart/mixed; boundary=XX']) {
      const response = await ask('/batches', {
        method: 'POST',
        body: '{}',
        headers: { 'content-type': type },
      });
      expect([400, 415]).toContain(response.status);
    }
  });
});

it('names of parts and files lead nowhere', async () => {
  await at.close();
  at = await openUploads({ collection: 'photos', user: 'anna' });
  const endpoint = await openEndpoint(at);
  const names = [
    '../../../../tmp/regie-escape',
    '/tmp/regie-escape',
    '..\\..\\regie-escape',
    'C:\\regie-escape.jpg',
    '..',
    '.',
    '',
    '.ready',
    'answer.json',
    'manifest.json',
    'a\u0000b.jpg',
    'a\u001b[2J.jpg',
    'x'.repeat(200),
    'é'.repeat(200),
    '%2e%2e%2fescape',
    'con.jpg',
    "'; drop table library.record; --",
  ];
  const body = `${names.map((name, n) => part(`name="file"; filename="${name}"`, `content ${n}`)).join('')}--XX--\r\n`;
  const [status, text] = await send(endpoint, body);
  const answer = JSON.parse(text) as Answer;
  expect(status).toBe(207);
  expect(answer.files.map(({ name, error }) => (error === undefined ? name : null))).toEqual([
    'regie-escape',
    'regie-escape',
    'regie-escape',
    'regie-escape.jpg',
    null,
    null,
    null,
    '.ready',
    'answer.json',
    'manifest.json',
    null,
    null,
    'x'.repeat(200),
    null,
    '%2e%2e%2fescape',
    'con.jpg',
    "'; drop table library.record; --",
  ]);
  // Each lies in the batch's own folder, under a name of ours.
  await eventually(() => expect(at.files('failed').length).toBeGreaterThan(0));
  const own = at.files('failed').map((file) => file.replace(`${answer.batch}/`, ''));
  expect(
    own.filter((file) => !/^(?:\d{4}(?:\.\w+)?|\.ready|answer\.json|manifest\.json)$/.test(file)),
  ).toEqual([]);
  expect(own).toHaveLength(names.length + 3);
  expect(text).not.toContain('\\u001b');
});

describe('an upload that is cut off', () => {
  it('leaves nothing when its sender goes away', async () => {
    const endpoint = await openEndpoint(at);
    const { socket } = await raw(endpoint);
    socket.write(head('Content-Length: 10000000'));
    socket.write(
      `${part('name="manifest"', manifestOf('a', 'b'))}${part('name="f"; filename="a"', 'x'.repeat(100_000))}`,
    );
    socket.write('--XX\r\nContent-Disposition: form-data; name="f"; filename="b"\r\n\r\nhalf of it');
    await eventually(() => expect(at.files('incoming')).toHaveLength(2));
    socket.destroy();
    await eventually(() => expect(at.files('incoming')).toEqual([]));
    await nothingIsThere();
    expect(endpoint.starts()).toBe(0);
  });

  it('leaves nothing of its own when the endpoint is killed with -9, and can be sent again', async () => {
    const port = await freePort();
    const begin = () => startEndpointChild(at, port);
    const form = () =>
      formOf({ manifest: manifestOf('a', 'b') }, { a: 'x'.repeat(100_000), b: 'y'.repeat(100_000) });
    const first = await begin();
    const { socket } = await raw({ address: { address: '127.0.0.1', family: 'IPv4', port } });
    socket.write(head('Content-Length: 10000000', 'Idempotency-Key: again'));
    socket.write(part('name="f"; filename="a"', 'x'.repeat(100_000)));
    await eventually(() => expect(at.files('incoming')).toHaveLength(1));
    await first.kill();
    expect(at.files('incoming')).toHaveLength(1);

    const second = await begin();
    await eventually(() => expect(at.files('incoming')).toEqual([]));
    const ask = (headers: Record<string, string>) =>
      fetch(`http://127.0.0.1:${port}/batches`, {
        method: 'POST',
        body: form(),
        headers: { authorization: `Bearer ${KEY}`, 'idempotency-key': 'again', ...headers },
      });
    expect((await ask({ prefer: 'respond-async' })).status).toBe(202);
    // Killed after its answer: the batch is safe.
    await second.kill();
    await at.run();
    const third = await begin();
    const response = await ask({});
    expect([response.status, ((await response.json()) as Answer).records]).toEqual([200, 2]);
    await third.kill();
    expect(await at.query('select from library.record')).toHaveLength(2);
    expect(await at.query('select from library.quarantine')).toEqual([]);
  });
});

describe('a disk that is full', () => {
  let disk: SmallDisk | { missing: string };
  beforeAll(async () => {
    disk = await mountSmallDisk(4);
  });
  afterAll(async () => {
    if ('folder' in disk) await disk.remove();
  });

  it('is told to the sender, and taken by nothing', async (context) => {
    if ('missing' in disk) return context.skip(disk.missing);
    await at.close();
    at = await openUploads(
      Object.fromEntries(
        ['drop', 'done', 'failed'].map((name) => [name, path.join((disk as SmallDisk).folder, name)]),
      ),
    );
    const endpoint = await openEndpoint(at);
    const large = await post(endpoint, formOf({ manifest: manifestOf('a') }, { a: Buffer.alloc(6_000_000) }));
    expect([large.status, await large.json()]).toEqual([507, { error: 'the disk is full' }]);
    await nothingIsThere();
    const small = await post(endpoint, formOf({ manifest: manifestOf('a') }, { a: Buffer.alloc(1_000_000) }));
    expect(small.status).toBe(200);
  });
});
