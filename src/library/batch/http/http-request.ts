import type { IncomingMessage } from 'node:http';
import { isBatchId } from '../ids.ts';
import { Refusal } from './http-refusal.ts';

/** What a request asks for. */
export type HttpRequest = { what: 'post' } | { what: 'get'; id: string };

/** Reads method and path: `POST /batches`, `GET /batches/<id>`. Throws a `Refusal` for anything else. */
export function readHttpRequest({ method, url = '' }: IncomingMessage): HttpRequest {
  const [where] = url.split('?');
  if (where === '/batches') {
    if (method === 'POST') return { what: 'post' };
    throw new Refusal(405, 'expected POST', { Allow: 'POST' });
  }
  const id = /^\/batches\/([^/]+)$/.exec(where ?? '')?.[1]?.toLowerCase();
  if (id === undefined) throw new Refusal(404, 'expected /batches, or /batches/<id>');
  if (method !== 'GET') throw new Refusal(405, 'expected GET', { Allow: 'GET' });
  if (!isBatchId(id)) throw unknownBatch(id);
  return { what: 'get', id };
}

export function unknownBatch(id: string): Refusal {
  return new Refusal(404, `there is no batch ${JSON.stringify(id.slice(0, 100))}, or it is forgotten`);
}

/** The key by which a request that is sent again is known to be the same; undefined when the sender gives none. */
export function idempotencyKey({ headers }: IncomingMessage): string | undefined {
  const key = headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key === 'string' && /^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw new Refusal(400, 'Idempotency-Key: expected 1 to 255 visible ASCII characters');
}

/** How long the sender wants to wait for the answer, ms (RFC 7240): `respond-async`, `wait=10`; undefined when it says nothing. */
export function preferredWait({ headers }: IncomingMessage): number | undefined {
  const preferences = [headers['prefer'] ?? []]
    .flat()
    .flatMap((header) => header.split(','))
    .map((each) => each.trim().toLowerCase());
  const wait = preferences.map((each) => /^wait\s*=\s*"?(\d{1,6})"?$/.exec(each)?.[1]).find(Boolean);
  if (wait !== undefined) return Number(wait) * 1000;
  return preferences.includes('respond-async') ? 0 : undefined;
}
