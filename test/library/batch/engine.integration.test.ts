import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Answer } from '../../../src/library/batch/answer/answer.ts';
import { freePort } from '../../support/ports.ts';
import { eventually, startInstallation, type TestInstallation } from '../../support/installation.ts';
import { formOf, KEY } from './endpoint.ts';
import { library } from './library.ts';
import { manifestOf } from './support.ts';

let at: TestInstallation;
let port: number;
beforeAll(async () => {
  port = await freePort();
  at = await startInstallation({
    installation: 'upload-test',
    library,
    tasks: [
      {
        name: 'upload',
        kind: 'batchUpload',
        // Only what is asked for runs.
        every: '1h',
        settings: { databox: 'press', http: { key: 'env:REGIE_TEST_UPLOAD_KEY', port } },
      },
    ],
  });
});
afterAll(() => at?.close());

const post = (content: string, headers: Record<string, string> = {}) =>
  fetch(`http://127.0.0.1:${port}/batches`, {
    method: 'POST',
    body: formOf({ manifest: manifestOf('a.txt') }, { 'a.txt': content }),
    headers: { authorization: `Bearer ${KEY}`, ...headers },
  });

test('a batch that is posted to a worker is answered with its records; the next worker takes over', async () => {
  const stopFirst = await at.startWorker();
  await at.startWorker();
  await eventually(async () => expect((await at.status('upload')).state).toBe('started'));

  const response = await eventually(() => post('one'));
  expect(response.status).toBe(200);
  const answer = (await response.json()) as Answer;
  const { rows } = await at.pool.query<{ id: string; by: string; task: string; run: string }>(
    'select r.id, e.by, e.task, e.run from library.record r join library.event e on e.record_id = r.id',
  );
  expect(answer.files).toEqual([{ index: 0, name: 'a.txt', record: rows[0]!.id }]);
  expect(rows).toEqual([
    {
      id: expect.any(String),
      by: 'anna@agency',
      task: 'upload',
      run: expect.stringMatching(/^run\/upload-/),
    },
  ]);
  await eventually(async () =>
    expect((await at.status('upload')).lastRun).toMatchObject({
      outcome: 'done',
      counts: { batches: 1, files: 1, records: 1 },
    }),
  );

  // Many at once: each is answered, by few runs.
  const burst = await Promise.all(Array.from({ length: 8 }, (_, n) => post(`burst ${n}`)));
  expect(burst.map(({ status }) => status)).toEqual(burst.map(() => 200));

  await at.update('upload', 'stop', { by: 'ann@night' });
  const waits = await post('while stopped', { 'idempotency-key': 'held' });
  expect([waits.status, ((await waits.json()) as Answer).state]).toEqual([202, 'waiting']);
  await at.update('upload', 'start', { by: 'ann@night' });
  expect((await post('while stopped', { 'idempotency-key': 'held' })).status).toBe(200);

  await stopFirst();
  const later = await eventually(() => post('after the first worker'));
  expect(later.status).toBe(200);
  const counts = await at.pool.query(
    'select count(*)::int as records, (select count(*)::int from library.quarantine) as again from library.record',
  );
  expect(counts.rows).toEqual([{ records: 11, again: 0 }]);
}, 180_000);
