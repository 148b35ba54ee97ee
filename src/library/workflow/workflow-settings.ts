import { z } from 'zod';
import { reference, saysNothing, type Rule } from '../rules/rule-settings.ts';
import { statusMask } from '../library-settings.ts';
import { bitMask, FIRST_USER_BIT, STATUS_BITS, type Mask } from '../status/mask.ts';

/** One status bit, on or off; or a mask, for several. */
const statusSetting = (firstBit: number) =>
  z.union([
    statusMask,
    z
      .strictObject({
        bit: z
          .int()
          .min(firstBit)
          .max(STATUS_BITS - 1),
        on: z.boolean(),
      })
      .transform(({ bit, on }): Mask => bitMask(bit, on)),
  ]);

const side = (firstBit: number) =>
  z
    .strictObject({ collection: reference.optional(), status: statusSetting(firstBit).optional() })
    .refine(({ collection, status }) => collection !== undefined || !saysNothing(status), {
      error: 'expected a collection, a status bit, or both',
    });

/** Settings of a task of kind `workflow01`: at least one condition, and at least one effect. */
export const workflowSettings = z.strictObject({
  databox: reference,
  /** The source collection, the status bit that asks for the move. */
  from: side(0),
  /** The destination, and the final status bit. */
  to: side(FIRST_USER_BIT),
  /** Records that are changed in one transaction, at most. */
  batch: z.int().min(1).max(100_000).default(5_000),
});

export type WorkflowSettings = z.output<typeof workflowSettings>;

/** The rule that does it. */
export function ruleOf({ databox, from, to }: WorkflowSettings): Rule {
  return {
    name: 'workflow',
    action: 'update',
    databox,
    active: true,
    from: {
      text: [],
      date: [],
      ...(from.collection !== undefined && {
        collection: { compare: '=', collections: [from.collection] },
      }),
      ...(from.status && { status: from.status }),
    },
    to,
  };
}
