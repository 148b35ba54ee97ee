import { PermanentError } from '../../task/errors.ts';
import { meant } from '../api/faults.ts';

/** The configuration has no source of this name. */
export function unknownSource(name: string, known: readonly string[]): PermanentError {
  const others = known.length === 0 ? 'it has none' : `expected one of ${known.join(', ')}`;
  return new PermanentError(
    'UnknownSource',
    `the configuration has no source ${JSON.stringify(name)}${meant(known, name)}; ${others}`,
  );
}
