import { createHash, timingSafeEqual } from 'node:crypto';
import { resolveSecret } from '../../../settings/secrets.ts';
import { PermanentError } from '../../../task/errors.ts';
import { Refusal } from './http-refusal.ts';

const SHORTEST = 16;

/** Reads the key of an endpoint. Throws PermanentError `MissingSecret`, and `WeakKey` when it could be guessed. */
export async function readKey(reference: string): Promise<string> {
  const key = await resolveSecret(reference);
  if (key.length < SHORTEST)
    throw new PermanentError(
      'WeakKey',
      `the key that ${reference} names is too short; expected at least ${SHORTEST} characters, such as \`openssl rand -hex 32\` gives`,
    );
  return key;
}

/** Throws a `Refusal`, which says nothing more, when the header `Authorization` does not show the key. */
export function checkKey(header: string | undefined, key: string): void {
  const shown = /^bearer +(\S+) *$/i.exec(header ?? '')?.[1] ?? '';
  // Of hashes, so that neither the time nor the length tells anything about the key.
  if (timingSafeEqual(hash(shown), hash(key))) return;
  throw new Refusal(401, 'expected `Authorization: Bearer <key>` with the right key', {
    'WWW-Authenticate': 'Bearer',
  });
}

const hash = (text: string) => createHash('sha256').update(text).digest();
