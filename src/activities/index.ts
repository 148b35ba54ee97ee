import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Kind } from '../task/kind.ts';

let found: Promise<Kind[]> | undefined;

/** The built-in kinds: every file of this folder but this one exports one as `kind`. A new kind is a new file. */
export function builtInKinds(): Promise<Kind[]> {
  found ??= importAll();
  return found;
}

async function importAll(): Promise<Kind[]> {
  const folder = new URL('./', import.meta.url);
  const own =
    fileURLToPath(import.meta.url)
      .split('/')
      .at(-1) ?? '';
  const files = (await readdir(folder)).filter(
    (name) => /\.[jt]s$/.test(name) && !name.endsWith('.d.ts') && name !== own,
  );
  return Promise.all(
    files.sort().map(async (name) => {
      const { kind } = (await import(new URL(name, folder).href)) as { kind?: Kind };
      if (!kind) throw new Error(`${fileURLToPath(new URL(name, folder))} exports no \`kind\``);
      return kind;
    }),
  );
}
