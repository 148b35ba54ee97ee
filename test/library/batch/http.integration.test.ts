import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Answer } from '../../../src/library/batch/answer/answer.ts';
import { serve } from '../../../src/library/batch/http/serve-endpoint.ts';
import { httpSettings } from '../../../src/library/batch/http/endpoint-settings.ts';
import { freePort } from '../../support/ports.ts';
import { eventually } from '../../support/installation.ts';
import { formOf, KEY, openEndpoint } from './endpoint.ts';
import { TASK } from './library.ts';
import { manifestOf, openUploads, type Uploads } from './support.ts';

const run = promisify(execFile);

let at: Uploads;
beforeEach(async () => {
  at = await openUploads();
});
afterEach(() => at.close());

const json = async (response: Response) => (await response.json()) as Answer;
const names = async () =>
  (await at.query<{ name: string }>('select name from library.record order by id')).map(({ name }) => name);

describe('a batch that is posted', () => {
  it('is answered with the ids of its records', async () => {
    const { ask, address } = await openEndpoint(at);
    expect(address.address).toBe('127.0.0.1');
    const manifest = JSON.stringify({
      user: 'anna@agency',
      collection: 'photos',
      files: [
        { path: 'a.jpg', name: 'Plage d’été.jpg', fields: { Title: 'At the sea' } },
        { path: 'sub/b.jpg', status: '1xxxx' },
      ],
    });
    const response = await ask('/batches', {
      method: 'POST',
      body: formOf({ manifest }, { 'a.jpg': 'one', 'sub/b.jpg': 'two' }),
    });
    expect(response.status).toBe(200);
    const answer = await json(response);
    const rows = await at.query<{ id: string; name: string; status: string; by: string }>(
      `select r.id, r.name, r.status, e.by from library.record r join library.event e on e.record_id = r.id order by r.id`,
    );
    expect(rows).toMatchObject([
      { name: 'Plage d’été.jpg', status: '0', by: 'anna@agency' },
      { name: 'b.jpg', status: '16' },
    ]);
    expect(answer).toMatchObject({
      state: 'done',
      user: 'anna@agency',
      records: 2,
      files: [
        { index: 0, name: 'Plage d’été.jpg', record: rows[0]!.id },
        { index: 1, name: 'b.jpg', record: rows[1]!.id },
      ],
    });
    expect(response.headers.get('location')).toBe(`/batches/${answer.batch}`);
    expect(await json(await ask(`/batches/${answer.batch}`))).toEqual(answer);
    // As if it had been dropped.
    await eventually(() =>
      expect(at.files('done')).toEqual(
        ['.ready', 'a.jpg', 'answer.json', 'manifest.json', 'sub/b.jpg'].map(
          (name) => `${answer.batch}/${name}`,
        ),
      ),
    );
    expect(at.files('incoming')).toEqual([]);
  });

  it('may be a form of files with user and collection, two of one name too', async () => {
    const { ask } = await openEndpoint(at);
    const form = formOf(
      { user: 'bob', collection: 'photos' },
      { 'IMG_0001.JPG': 'first', 'été "1".jpg': 'third' },
    );
    form.append('file', new Blob(['second']), 'IMG_0001.JPG');
    form.append('file', new Blob(['fourth']), '../../etc/passwd');
    const answer = await json(await ask('/batches', { method: 'POST', body: form }));
    expect(answer.files.map(({ name }) => name)).toEqual([
      'IMG_0001.JPG',
      'été "1".jpg',
      'IMG_0001.JPG',
      'passwd',
    ]);
    expect(answer.records).toBe(4);
  });

  it('is taken from curl, with a manifest in XML, large enough to be asked for', async () => {
    const { url } = await openEndpoint(at);
    const big = Buffer.alloc(3_000_000, 'x');
    writeFileSync(path.join(at.root, 'big file.bin'), big);
    writeFileSync(path.join(at.root, 'é.txt'), 'small');
    writeFileSync(path.join(at.root, 'manifest.xml'), manifestOf('big file.bin', 'é.txt'));
    const { stdout, stderr } = await run(
      'curl',
      // prettier-ignore
      [
        '-sS', '-v', '-H', `Authorization: Bearer ${KEY}`, '-H', 'Expect: 100-continue',
        '-F', 'manifest=@manifest.xml', '-F', 'file=@big file.bin', '-F', 'file=@é.txt', `${url}/batches`,
      ],
      { cwd: at.root },
    );
    expect(stderr).toContain('HTTP/1.1 100 Continue');
    const answer = JSON.parse(stdout) as Answer;
    expect(answer).toMatchObject({
      state: 'done',
      records: 2,
      files: [{ name: 'big file.bin' }, { name: 'é.txt' }],
    });
    // The answer comes when all is committed; the folder goes to its place right after.
    await eventually(() =>
      expect(readFileSync(path.join(at.folders.done, answer.batch, 'big file.bin')).equals(big)).toBe(true),
    );
    expect(readFileSync(path.join(at.folders.done, answer.batch, 'manifest.xml'), 'utf8')).toBe(
      manifestOf('big file.bin', 'é.txt'),
    );
  });

  it('of which a file fails is 207 and tells it by index, of which all fail 422', async () => {
    const { ask } = await openEndpoint(at);
    const post = (manifest: string) =>
      ask('/batches', {
        method: 'POST',
        body: formOf({ manifest }, { a: 'one', '../x': 'two', other: 'three' }),
      });
    const some = await post(manifestOf('a', '../x', 'missing'));
    expect(some.status).toBe(207);
    const answer = await json(some);
    expect(answer).toMatchObject({
      state: 'failed',
      records: 1,
      failed: 2,
      files: [
        { index: 0, record: expect.any(String) },
        { index: 1, error: expect.stringContaining('without `..`') },
        { index: 2, error: expect.stringContaining('there is no file "missing"') },
      ],
      unnamed: ['unnamed-0', 'unnamed-1'],
    });
    expect(readFileSync(path.join(at.folders.failed, answer.batch, 'unnamed-0'), 'utf8')).toBe('two');
    const none = await post(manifestOf('missing'));
    expect(none.status).toBe(422);
    expect(await none.json()).toMatchObject({ records: 0, failed: 1 });
  });

  it('with what is in the library already says which record it is', async () => {
    const { ask } = await openEndpoint(at);
    const post = async () =>
      ask('/batches', { method: 'POST', body: formOf({ manifest: manifestOf('a') }, { a: 'same' }) });
    const first = await json(await post());
    const again = await post();
    expect(again.status).toBe(200);
    expect(await again.json()).toMatchObject({
      quarantined: 1,
      files: [{ quarantine: '1', reasons: [`record ${first.files[0]!.record} is the same file`] }],
    });
  });

  it('is accepted, and asked for later, by who prefers that, or when it takes too long', async () => {
    const { ask } = await openEndpoint(at, { takes: false });
    const post = (prefer: string, content: string) =>
      ask('/batches', {
        method: 'POST',
        headers: { prefer },
        body: formOf({ manifest: manifestOf('a') }, { a: content }),
      });
    for (const [prefer, content] of [
      ['respond-async', '1'],
      ['wait=0', '2'],
    ] as const) {
      const response = await post(prefer, content);
      expect(response.status).toBe(202);
      const { batch, ...rest } = await json(response);
      expect(rest).toEqual({ state: 'waiting' });
      expect(response.headers.get('location')).toBe(`/batches/${batch}`);
      expect(await (await ask(`/batches/${batch}`)).json()).toEqual({ batch, state: 'waiting' });
      const later = ask(`/batches/${batch}`, { headers: { prefer: 'wait=20' } });
      await at.run();
      expect(await (await later).json()).toMatchObject({ batch, state: 'done', records: 1 });
    }
  });

  it('waits in the drop while the task is stopped', async () => {
    const { ask } = await openEndpoint(at, { stopped: true });
    const response = await ask('/batches', {
      method: 'POST',
      body: formOf({ manifest: manifestOf('a') }, { a: 'one' }),
    });
    expect(response.status).toBe(202);
    expect(await names()).toEqual([]);
    await at.run();
    expect(await names()).toEqual(['a']);
  });

  it.each<[string, Record<string, string>, Record<string, string>, string]>([
    [
      'a manifest that makes no sense',
      { manifest: '<batch><fil/></batch>' },
      {},
      'line 1, column 8: <fil> in <batch>',
    ],
    [
      'a manifest with a DOCTYPE',
      { manifest: '<!DOCTYPE batch><batch><file path="a"/></batch>' },
      {},
      'DOCTYPE',
    ],
    ['nobody whose upload it is', { collection: 'photos' }, { a: '1' }, 'expected a `user`'],
    ['no file', { user: 'anna', collection: 'photos' }, {}, 'files: expected at least one file'],
    ['an unknown field', { user: 'anna', colection: 'photos' }, { a: '1' }, 'unknown field "colection"'],
    ['both forms', { manifest: manifestOf('a'), user: 'anna' }, { a: '1' }, 'the request has a manifest'],
    [
      'a user that no terminal could show',
      { user: 'a\u001b[2Jb' },
      { a: '1' },
      'user: expected text without control',
    ],
  ])('with %s is refused, and nothing of it kept', async (_, fields, files, why) => {
    const { ask } = await openEndpoint(at);
    const response = await ask('/batches', {
      method: 'POST',
      body: formOf(fields, files),
    });
    expect([response.status, await response.text()]).toEqual([
      400,
      expect.stringContaining(JSON.stringify(why).slice(1, -1)),
    ]);
    expect(at.files('drop')).toEqual([]);
  });

  it('leaves no two files of one name to guess', async () => {
    const { ask } = await openEndpoint(at);
    const form = formOf({ manifest: manifestOf('a') }, { a: '1' });
    form.append('file', new Blob(['2']), 'a');
    const response = await ask('/batches', { method: 'POST', body: form });
    expect([response.status, await response.text()]).toEqual([
      400,
      expect.stringContaining('two files are called'),
    ]);
  });
});

describe('a batch that is posted again', () => {
  const post = async (ask: Awaited<ReturnType<typeof openEndpoint>>['ask'], key: string, content = 'one') =>
    ask('/batches', {
      method: 'POST',
      headers: { 'idempotency-key': key },
      body: formOf({ manifest: manifestOf('a') }, { a: content }),
    });

  it('under its Idempotency-Key is the same batch', async () => {
    const { ask } = await openEndpoint(at);
    const first = await post(ask, 'one-1');
    const again = await post(ask, 'one-1', 'something else, even');
    const other = await post(ask, 'one-2', 'two');
    expect([first.status, again.status, other.status]).toEqual([200, 200, 200]);
    const answer = await json(first);
    expect(await json(again)).toEqual(answer);
    expect((await json(other)).batch).not.toBe(answer.batch);
    expect(await names()).toHaveLength(2);
    expect((await post(ask, 'with space')).status).toBe(400);
  });

  it('while it waits, by several at once, is one batch', async () => {
    const { ask } = await openEndpoint(at, { takes: false, answerWithin: 0 });
    const answers = await Promise.all(Array.from({ length: 8 }, () => post(ask, 'burst')));
    // Those that come while one is being received are asked to come again.
    for (const { status } of answers) expect([202, 409]).toContain(status);
    expect(answers.some(({ status }) => status === 202)).toBe(true);
    await at.run();
    expect((await post(ask, 'burst')).status).toBe(200);
    expect(await names()).toEqual(['a']);
    expect(await at.query('select from library.quarantine')).toEqual([]);
  });

  it('under the id of its manifest retries what failed', async () => {
    const { ask } = await openEndpoint(at);
    const manifest = '<batch id="7" user="anna" collection="photos"><file path="a"/><file path="b"/></batch>';
    const send = (files: Record<string, string>) =>
      ask('/batches', { method: 'POST', body: formOf({ manifest }, files) });
    const first = await send({ a: '1' });
    expect(first.status).toBe(207);
    const second = await send({ a: '1', b: '2' });
    expect(second.status).toBe(200);
    const third = await send({ a: '1', b: '2' });
    const answers = [await json(first), await json(second), await json(third)];
    expect(new Set(answers.map(({ batch }) => batch)).size).toBe(1);
    expect(answers[1]!.files[0]).toEqual(answers[0]!.files[0]);
    expect(answers[2]!.files).toEqual(answers[1]!.files);
    expect(await names()).toEqual(['a', 'b']);
  });
});

it('many senders at once get each their own answers', async () => {
  const { ask, starts } = await openEndpoint(at, { maxUploads: 50 });
  const answers = await Promise.all(
    Array.from({ length: 30 }, async (_, n) => {
      const files = Object.fromEntries(
        Array.from({ length: 5 }, (_each, file) => [`${file}`, `${n}/${file}`]),
      );
      const response = await ask('/batches', {
        method: 'POST',
        body: formOf({ user: `user ${n}`, collection: 'photos' }, files),
      });
      return [response.status, await json(response)] as const;
    }),
  );
  expect(new Set(answers.map(([status]) => status))).toEqual(new Set([200]));
  expect(starts()).toBe(30);
  const ids = answers.flatMap(([, { files }]) => files.map(({ record }) => record));
  expect(new Set(ids).size).toBe(150);
  for (const [n, [, { user, batch }]] of answers.entries()) {
    expect(user).toBe(`user ${n}`);
    const [row] = await at.query<{ by: string }>(
      `select string_agg(distinct e.by, ',') as by from library.batch_file f join library.event e using (record_id)
       where batch_id = $1`,
      [batch],
    );
    expect(row!.by).toBe(`user ${n}`);
  }
  await eventually(() => expect(at.files('incoming')).toEqual([]));
});

describe('an endpoint that cannot be served', () => {
  /** Serves as a worker does; rejects when it cannot. */
  const serveAt = (port: number, signal: AbortSignal, key = 'env:REGIE_TEST_UPLOAD_KEY') =>
    serve({
      task: TASK,
      settings: { ...at.settings, http: httpSettings.parse({ key, port }) },
      config: at.config,
      pool: at.pool,
      start: async () => true,
      signal,
      log: { info: () => undefined, warn: () => undefined },
    });
  const letters = () =>
    at.query<{ what: string; reason: string; state: string; attempts: number }>(
      'select what, reason, state, attempts from regie.incident order by id',
    );
  const { signal } = new AbortController();

  it('is an error that operators see, once, until it is served', async () => {
    const port = await freePort();
    const why = /REGIE_TEST_NO_SUCH_KEY is not set/;
    await expect(serveAt(port, signal, 'env:REGIE_TEST_NO_SUCH_KEY')).rejects.toThrow(why);
    await expect(serveAt(port, signal, 'env:REGIE_TEST_NO_SUCH_KEY')).rejects.toThrow(why);
    const open = { what: 'endpoint', reason: expect.stringMatching(why) as string, attempts: 1 };
    expect(await letters()).toEqual([{ ...open, state: 'open' }]);
    const end = new AbortController();
    const served = serveAt(port, end.signal);
    await eventually(async () => expect(await letters()).toEqual([{ ...open, state: 'resolved' }]));
    // Another worker of this machine has the address: that is no error.
    await expect(serveAt(port, signal)).rejects.toThrow('EADDRINUSE');
    expect(await letters()).toHaveLength(1);
    end.abort();
    await served;
  });

  it('says so when another program has its address, and does not show it the key', async () => {
    const seen: string[] = [];
    const other = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (data) => {
        seen.push(data.toString());
        socket.end('220 no HTTP\r\n');
      });
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    try {
      await expect(serveAt(port, signal)).rejects.toThrow('EADDRINUSE');
    } finally {
      other.close();
    }
    const reason = expect.stringContaining(`another program answers at port ${port} of 127.0.0.1`) as string;
    expect(await letters()).toMatchObject([{ reason, state: 'open' }]);
    expect(seen.join('')).toContain('OPTIONS /batches');
    expect(seen.join('')).not.toContain(KEY);
  });
});
