import { nearest } from './nearest.ts';

/** Someone asked for something that there is none of: a station, a databox; the message lists those there are. */
export class NotFound extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NotFound';
  }
}

/** `There is no collection "Intke" in photos. Did you mean Intake?`, or the names there are. */
export function notFound(what: string, name: string, known: readonly string[], where = ''): NotFound {
  const near = nearest(known, name);
  const hint =
    near !== undefined
      ? `Did you mean ${near}?`
      : known.length > 0
        ? `Expected one of ${known.join(', ')}.`
        : 'There is none yet.';
  return new NotFound(
    `There is no ${what} ${JSON.stringify(name)}${where === '' ? '' : ` in ${where}`}. ${hint}`,
  );
}
