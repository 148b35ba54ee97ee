import { z } from 'zod';
import { reference, type Rule } from '../rules/rule-settings.ts';

/** Settings of a task of kind `emptyCollection`. */
export const emptySettings = z.strictObject({
  databox: reference,
  /** All its records go to the trash, stories too; it stays, empty. */
  collection: reference,
  /** Records that go in one transaction, at most. */
  batch: z.int().min(1).max(100_000).default(5_000),
});

export type EmptySettings = z.output<typeof emptySettings>;

/** The rule that does it. */
export function ruleOf({ databox, collection }: EmptySettings): Rule {
  return {
    name: 'empty',
    action: 'trash',
    databox,
    active: true,
    from: { text: [], date: [], collection: { compare: '=', collections: [collection] } },
  };
}
