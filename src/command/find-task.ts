import { nearest } from '../task/nearest.ts';
import { CliError, exit } from './exit.ts';

/** What a task answers to. */
export interface Named {
  name: string;
  aliases: readonly string[];
}

/**
 * Finds a task by its name (exact, then in any case), then by an alias in any case.
 * @throws CliError exit 4 when there is none (with the nearest name), or when an alias fits several tasks.
 */
export function findTask<T extends Named>(tasks: readonly T[], name: string): T {
  const exact = tasks.find((task) => task.name === name);
  if (exact) return exact;
  const lower = name.toLowerCase();
  const found =
    firstNonEmpty(
      tasks.filter((task) => task.name.toLowerCase() === lower),
      tasks.filter((task) => task.aliases.some((alias) => alias.toLowerCase() === lower)),
    ) ?? [];
  const [only, other] = found;
  if (only && !other) return only;
  if (only) {
    const names = found.map((task) => task.name);
    throw new CliError(exit.noSuchTask, `"${name}" may be ${names.join(' or ')}: use the task's full name.`, {
      name,
      candidates: names,
    });
  }
  throw unknown(tasks, name);
}

function unknown(tasks: readonly Named[], name: string): CliError {
  const suggestion = nearest(
    tasks.flatMap((task) => [task.name, ...task.aliases]),
    name,
  );
  const hint = suggestion
    ? `Did you mean ${suggestion}?`
    : tasks.length > 0
      ? `The tasks are: ${tasks.map((task) => task.name).join(', ')}.`
      : 'The configuration declares no task.';
  return new CliError(exit.noSuchTask, `No task is called "${name}". ${hint}`, {
    name,
    ...(suggestion ? { suggestion } : {}),
  });
}

const firstNonEmpty = <T>(...lists: T[][]): T[] | undefined => lists.find((list) => list.length > 0);
