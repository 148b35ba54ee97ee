import { z } from 'zod';
import { PermanentError } from '../../task/errors.ts';
import { typedSettings, typeOf, type OwnInput, type Typed } from '../typed-settings.ts';
import { mariadb } from './mariadb/mariadb-source.ts';
import { postgres } from './postgres/postgres-source.ts';
import type { SourceContext, SourceType } from './source.ts';

/** The types of sources that Regie brings. */
export const sourceTypes = [postgres, mariadb] as const;

type InputOf<T> =
  T extends SourceType<infer Name, infer _, infer Input, infer _> ? { type: Name } & Input : never;

/** A source as users write it. */
export type SourceInput = InputOf<(typeof sourceTypes)[number]> | OwnInput<SourceType>;

/** One checked source. */
export type SourceSettings = Typed<SourceType>;

const source = typedSettings<SourceType, SourceInput>(sourceTypes, {
  define: 'defineSourceType',
  methods: ['open'],
  optional: ['resolve', 'split'],
});

/** What exports may read from, by name: `sources` of the configuration; secrets are references. */
export const sourcesSchema = z.record(
  z.string().regex(/^[A-Za-z][\w-]*$/, {
    error: 'expected a name of letters, digits, - and _, such as outbound',
  }),
  source,
);

/** How to reach a source, and the name of its type: plain data, for the process of an export. */
export interface ResolvedConnection {
  type: string;
  [setting: string]: unknown;
}

/**
 * Reads the secrets that a source's settings name.
 * @throws {PermanentError} naming what cannot be read; when the type is a user's, and gives what cannot go to another process.
 */
export async function resolveSource(
  { type, ...settings }: SourceSettings,
  context: SourceContext,
): Promise<ResolvedConnection> {
  const { name, resolve } = typeOf<SourceType>(sourceTypes, { type });
  const connection: unknown = resolve ? await resolve(settings, context) : settings;
  if (typeof connection === 'object' && connection !== null && isPlain(connection))
    return { ...connection, type: name };
  throw new PermanentError('BadSource', `${name}: resolve gave no plain data; expected an object of it`);
}

function isPlain(data: object): boolean {
  try {
    structuredClone(data);
    return true;
  } catch {
    return false;
  }
}
