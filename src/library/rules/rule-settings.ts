import { z } from 'zod';
import { libraryName, statusMask } from '../library-settings.ts';
import type { Mask } from '../status/mask.ts';

/** A mask of don't-cares alone. */
export const saysNothing = (mask: Mask | undefined) => mask === undefined || mask.care === 0n;

/** Names a databox or a collection: by its name in any case, or by its id. */
export const reference = z.union([libraryName, z.int().positive()], {
  error: 'expected a name, or an id, which is a whole number',
});
export type Reference = z.output<typeof reference>;

const comparisons = ['=', '!=', '<', '>', '<=', '>='] as const;
export type Comparison = (typeof comparisons)[number];

/** Names that mean dates of the record itself, in place of a field. */
export const ownDates = {
  '#created': 'created_at',
  '#modified': 'modified_at',
  /** When it was put into the trash: a rule that asks for it looks at what is in the trash, and at nothing else. */
  '#trashed': 'trashed_at',
} as const;

const textClause = z.strictObject({
  field: libraryName,
  compare: z.enum(comparisons),
  value: z.union([
    // No text of the database has one.
    z.string().regex(/^[^\0\p{Cs}]*$/u, { error: 'expected a text without NUL and half characters' }),
    z.number(),
  ]),
});

const dateClause = z.strictObject({
  /** A field of type date, or `#created`, `#modified`, `#trashed`: dates of the record itself. */
  field: libraryName,
  /** before: now < field + delta; after: now ≥ field + delta. */
  direction: z.enum(['before', 'after']),
  /** Days. */
  delta: z.int().min(-100_000).max(100_000).default(0),
});

const fromSchema = z.strictObject({
  type: z.enum(['RECORD', 'STORY']).optional(),
  /**
   * Values of fields. `=` `<` `>` `<=` `>=`: one of the values does; `!=`: none of them is equal. A record without a value
   * does not match. Texts are compared exactly, character by character; numbers and dates as such where the field
   * is of that type.
   */
  text: z.array(textClause).default([]),
  /** Of several values the latest date counts; a record without one does not match. */
  date: z.array(dateClause).default([]),
  collection: z
    .strictObject({ compare: z.enum(['=', '!=']), collections: z.array(reference).min(1) })
    .optional(),
  status: statusMask.optional(),
});

const effectSchema = z
  .strictObject({
    collection: reference.optional(),
    /** Its bits are overwritten, the others stay. */
    status: statusMask.optional(),
  })
  .refine(({ collection, status }) => collection !== undefined || !saysNothing(status), {
    error: 'expected a collection, or a status mask with a 0 or a 1: else it changes nothing',
  });

const common = {
  /** Shown wherever the rule is spoken of; unique in its task. */
  name: z
    .string()
    .trim()
    .regex(/^[^\p{Cc}\p{Cs}]{1,200}$/u, {
      error: 'expected a name of at most 200 characters, without control characters',
    }),
  databox: reference,
  /** What it concerns: records outside of the trash for which all of this holds. */
  from: fromSchema.prefault({}),
  /** `false` sets it aside. */
  active: z.boolean().default(true),
  /** Its records are selected before the first rule of the run acts, not from what the former ones left. */
  snapshot: z.boolean().optional(),
  /** The rule does nothing when it would change more records than this. */
  maxAffected: z.int().min(0).optional(),
};

/** What one rule selects and does with it. */
export const ruleSchema = z
  .discriminatedUnion('action', [
    z.strictObject({ ...common, action: z.literal('update'), to: effectSchema }),
    z.strictObject({ ...common, action: z.literal('trash') }),
    /** For good: the records, and their originals where nothing else refers to them. Members of a story stay. */
    z.strictObject({ ...common, action: z.literal('delete') }),
  ])
  .refine(({ action, from }) => action === 'update' || hasClause(from), {
    path: ['from'],
    error: 'expected a clause beside the type: without one the rule would take every record of the databox',
  });

function hasClause({ text, date, collection, status }: z.output<typeof fromSchema>): boolean {
  return text.length + date.length > 0 || collection !== undefined || !saysNothing(status);
}

export type Rule = z.output<typeof ruleSchema>;
/** A rule as `regie.config.ts` writes it. */
export type RuleInput = z.input<typeof ruleSchema>;
export type From = Rule['from'];

const zoneDate = dateClause.omit({ direction: true });

/**
 * Three zones between two dates, each with what its records shall be. A record is in the last zone once the second date
 * is reached, before the first date in the first zone, else in the one between, which needs both dates.
 */
const zonesSchema = z
  .strictObject({
    name: common.name,
    databox: reference,
    active: common.active,
    maxAffected: common.maxAffected,
    /** Records that are concerned, before their dates are looked at. */
    from: fromSchema.prefault({}),
    dates: z.tuple([zoneDate, zoneDate]),
    before: effectSchema.optional(),
    between: effectSchema.optional(),
    after: effectSchema.optional(),
  })
  .refine(({ before, between, after }) => before ?? between ?? after, {
    error: 'expected at least one of `before`, `between` and `after`',
  });

export type Zones = z.output<typeof zonesSchema>;

const rulesFile = z.union([
  z.string().min(1),
  z.strictObject({
    path: z.string().min(1),
    /** What the ids in the file mean here; those that are not named mean the same id. */
    databoxes: z.record(z.string(), reference).default({}),
    collections: z.record(z.string(), reference).default({}),
  }),
]);

/** Settings of a task of kind `recordMover`. Its rules are carried out in the order in which they stand here. */
export const moverSettings = z
  .strictObject({
    rules: z.array(ruleSchema).default([]),
    zones: z.array(zonesSchema).default([]),
    /** Rules in the old XML; a path is relative to the folder of `regie.config.ts`. */
    rulesFile: rulesFile.optional(),
    /** For rules that do not say it themselves. */
    snapshot: z.boolean().default(false),
    /** Records that are changed in one transaction, at most. */
    batch: z.int().min(1).max(100_000).default(5_000),
  })
  .refine(({ rules, zones, rulesFile }) => rules.length + zones.length > 0 || rulesFile !== undefined, {
    error: 'expected rules: `rules`, `zones` or `rulesFile`',
  })
  .superRefine(({ rules, zones }, ctx) => {
    const seen = new Set<string>();
    for (const [list, all] of Object.entries({ rules, zones }))
      for (const [index, { name }] of all.entries()) {
        if (seen.has(name))
          ctx.addIssue({
            code: 'custom',
            path: [list, index, 'name'],
            message: 'another rule has this name',
            input: name,
          });
        seen.add(name);
      }
  });

export type MoverSettings = z.output<typeof moverSettings>;
