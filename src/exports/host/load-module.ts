import { existsSync } from 'node:fs';
import { createJiti } from 'jiti';
import { meant } from '../api/shown-values.ts';
import type { SourceType } from '../sources/source.ts';

/**
 * Imports a module of the user's, TypeScript or JavaScript. Its `regie` is the public API that is given, the very objects of this process: a `Decimal` that
 * it makes is one for the writers too.
 */
export async function loadModule(file: string, regie: object): Promise<Record<string, unknown>> {
  if (!existsSync(file)) throw new Error('no such file; the configuration names it');
  const jiti = createJiti(import.meta.url, {
    virtualModules: { regie: strict(regie) },
    interopDefault: false,
  });
  return { ...(await jiti.import<object>(file)) };
}

/**
 * The user's type of a source, as the configuration in `file` has it.
 * @throws what loading the file throws, and {Error} when the source is of no such type there.
 */
export async function loadSourceType(file: string, source: string, regie: object): Promise<SourceType> {
  const config: unknown = await (await loadModule(file, regie))['default'];
  const { sources } = (config ?? {}) as { sources?: Partial<Record<string, { type?: unknown }>> };
  const type = sources?.[source]?.type as SourceType | undefined;
  if (typeof type?.open === 'function') return type;
  throw new Error(`${file} has no longer a type of its own for the source ${source}; start the worker again`);
}

/** A name that a module does not have would be undefined, and fail somewhere else as something else. */
function strict(module: object): object {
  return new Proxy(
    { ...module },
    {
      get(target, name, receiver) {
        if (
          typeof name === 'string' &&
          /^[A-Za-z]\w*$/.test(name) &&
          !(name in target) &&
          name !== 'then' &&
          name !== 'default'
        )
          throw new TypeError(`regie has nothing of the name ${name}${meant(Object.keys(target), name)}`);
        return Reflect.get(target, name, receiver) as unknown;
      },
    },
  );
}
