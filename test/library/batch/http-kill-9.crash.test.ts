import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { dice } from '../../support/killer/seed.ts';
import { freePort } from '../../support/ports.ts';
import { formOf, KEY, startEndpointChild } from './endpoint.ts';
import { openUploads, type Uploads } from './support.ts';

const seeded = dice(import.meta.filename);

let at: Uploads;
beforeEach(async () => {
  at = await openUploads();
});
afterEach(() => at.close());

it('an upload whose endpoint is killed with -9 at any moment, and that is sent again until it is answered, is one batch', async () => {
  const port = await freePort();
  const contents = Array.from({ length: 40 }, (_, n) => Buffer.alloc(50_000, `${n} `));
  const form = () => {
    const body = formOf({ user: 'anna', collection: 'photos' }, {});
    for (const [n, content] of contents.entries()) body.append('file', new Blob([content]), `${n}.bin`);
    return body;
  };
  const ask = () =>
    fetch(`http://127.0.0.1:${port}/batches`, {
      method: 'POST',
      body: form(),
      headers: { authorization: `Bearer ${KEY}`, 'idempotency-key': 'stubborn', prefer: 'respond-async' },
    }).then(
      (response) => response.status,
      () => 0,
    );
  const random = seeded('kill -9');
  for (let n = 0; n < 6; n += 1) {
    const child = await startEndpointChild(at, port);
    const asked = ask();
    await setTimeout(random() * 60);
    await child.kill();
    await asked;
  }
  const last = await startEndpointChild(at, port);
  expect([200, 202]).toContain(await ask());
  await at.run();
  expect(await ask()).toBe(200);
  await last.kill();
  const [counts] = await at.query(
    'select count(*)::int as records, (select count(*)::int from library.batch) as batches from library.record',
  );
  expect(counts).toEqual({ records: 40, batches: 1 });
  expect(at.files('drop')).toEqual([]);
});
