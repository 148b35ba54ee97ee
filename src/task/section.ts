import type { ZodType } from 'zod';

/** The sections of a configuration, by key; what is in one only its module knows. */
export type Sections = Readonly<Record<string, unknown>>;

/** A section of `regie.config.ts`: its key, and what it may hold. */
export interface Section<Key extends string = string, Output = unknown, Input = unknown> {
  readonly key: Key;
  /** The key that it once had: it is still taken, and `apply` says so. */
  readonly formerKey?: string;
  /**
   * Checks it and fills in the defaults; `undefined` is what it gets where the section is left out. Of a section that
   * depends on others: what makes the schema of those that were declared before it.
   */
  readonly schema: ZodType<Output, Input> | ((before: Sections) => ZodType<Output, Input>);
  /** The section of a checked configuration. */
  of(config: { sections: Sections }): Output;
}

/** Declares a section of the configuration. */
export function defineSection<const Key extends string, Output, Input>(
  key: Key,
  schema: ZodType<Output, Input> | ((before: Sections) => ZodType<Output, Input>),
  { formerKey }: { formerKey?: string } = {},
): Section<Key, Output, Input> {
  return {
    key,
    schema,
    ...(formerKey === undefined ? {} : { formerKey }),
    of: ({ sections }) => sections[key] as Output,
  };
}
