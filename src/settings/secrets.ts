import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { PermanentError } from '../task/errors.ts';

/**
 * A reference to a secret in a task's settings: `env:FTP_PASSWORD` or `file:/run/secrets/ftp`. Only the
 * reference is ever stored; the secret itself is read when an activity needs it.
 */
export const secretReference = z.string().regex(/^(env:[A-Za-z_]\w*|file:\/.+)$/, {
  // The value may be the secret itself, written here by mistake: never repeat it.
  error: "expected a reference, 'env:NAME' or 'file:/absolute/path', not the secret itself",
});

/** Reads the secret that `reference` names. Throws `MissingSecret`, naming the reference, when there is none. */
export async function resolveSecret(reference: string): Promise<string> {
  const separator = reference.indexOf(':');
  const name = reference.slice(separator + 1);
  if (reference.slice(0, separator) === 'env') {
    const value = process.env[name];
    if (!value)
      throw new PermanentError(
        'MissingSecret',
        `the environment variable ${name} is not set where the worker runs`,
      );
    return value;
  }
  try {
    // Editors and `echo` end a file with a line break, which is no part of the secret.
    return (await readFile(name, 'utf8')).replace(/\r?\n$/, '');
  } catch (error) {
    throw new PermanentError(
      'MissingSecret',
      `the file ${name} with a secret cannot be read by the worker: ${(error as Error).message}`,
    );
  }
}
