/** A name of the configuration that was given, and the one of today: `http.patience`, `http.idleTimeout`. */
export interface Renamed {
  old: string;
  name: string;
}

/**
 * What an installation gives, under the names of today. A value that is given under both is left for the schema to
 * refuse. Nothing is changed in `given` itself, which belongs to whoever made it.
 *
 * @param former names that were once taken, each with today's; of members of a member `parent.name`, with the same parent.
 */
export function withTodaysNames(
  former: Readonly<Record<string, string>>,
  given: unknown,
): { given: unknown; renamed: Renamed[] } {
  const renamed: Renamed[] = [];
  let now = given;
  for (const [old, name] of Object.entries(former)) {
    const changed = rename(now, old.split('.'), name.split('.').at(-1)!);
    if (changed === undefined) continue;
    now = changed;
    renamed.push({ old, name });
  }
  return { given: now, renamed };
}

function rename(given: unknown, [key = '', ...below]: string[], name: string): object | undefined {
  if (typeof given !== 'object' || given === null || !(key in given)) return undefined;
  const { [key]: value, ...others } = given as Record<string, unknown>;
  if (below.length === 0) return name in given ? undefined : { ...others, [name]: value };
  const changed = rename(value, below, name);
  return changed && { ...given, [key]: changed };
}
