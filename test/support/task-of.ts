import type { Task } from '../../src/task/config.ts';
import type { Kind } from '../../src/task/kind.ts';

/** A checked task of a kind, as a configuration has it. */
export const taskOf = <S>(kind: Kind<S>, name: string, settings: S): Task => ({
  name,
  kind,
  aliases: [],
  every: 60_000,
  settings,
  hash: '',
});
