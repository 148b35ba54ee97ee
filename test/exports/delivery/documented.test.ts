import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../../../src/config/load-config.ts';
import { openChannel } from '../../../src/exports/delivery/open-destination.ts';
import { destinationsSection } from '../../../src/exports/export-settings.ts';
import { codeOf } from '../../support/documents.ts';
import { makeOutgoingFile, makeRequest, temporaryFolder } from './support/outgoing-file.ts';

/** A web server that keeps what is put there; names that begin with `no` are refused, with `oh` it fails. */
async function serve(): Promise<{ url: string; files: Map<string, Buffer>; tokens: Set<unknown> }> {
  const files = new Map<string, Buffer>();
  const tokens = new Set<unknown>();
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const name = decodeURIComponent(request.url ?? '').slice(1);
    tokens.add(request.headers.authorization);
    if (request.method === 'HEAD') {
      const file = files.get(name);
      if (file) response.setHeader('content-length', file.length);
      response.statusCode = file ? 200 : 404;
    } else {
      const content = Buffer.concat(await request.toArray());
      if (name.startsWith('no')) response.statusCode = 403;
      else if (name.startsWith('oh')) response.statusCode = 500;
      else files.set(name, content);
    }
    response.end();
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => server.close().closeAllConnections());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, files, tokens };
}

test('the destination that the document shows delivers', async () => {
  const { url, files, tokens } = await serve();
  const file = path.join(temporaryFolder(), 'regie.config.ts');
  writeFileSync(file, codeOf('destinations.md', 'defineDestinationType'));
  process.env['PARTNER_TOKEN'] = 'open sesame';
  const { partner } = destinationsSection.of(await loadConfig({ file }));
  const open = openChannel(partner!, { root: '/', override: { to: 'partner', with: { url } } });
  expect(open.recipients()).toEqual([url]);
  const sent = async (name: string) => {
    const outgoing = makeOutgoingFile({ name });
    const request = makeRequest(outgoing, [url]);
    const outcome = (await open.send(request)).get(url);
    expect(request.checkpoints).toBe(1);
    return { outcome, found: await open.verifyArrival(outgoing, request.signal), outgoing };
  };
  const { outcome, found, outgoing } = await sent('cards of today.csv');
  expect(outcome).toEqual({ state: 'delivered' });
  expect(files.get('cards of today.csv')).toEqual(readFileSync(outgoing.path));
  expect(found).toBe('delivered');
  expect([...tokens]).toEqual(['Bearer open sesame']);
  expect(await sent('no.csv')).toMatchObject({
    outcome: { state: 'failed', error: `${url} answers 403`, permanent: true },
    found: 'absent',
  });
  expect(await sent('oh.csv')).toMatchObject({
    outcome: { state: 'unknown', error: `${url} answers 500` },
    found: 'absent',
  });
});
