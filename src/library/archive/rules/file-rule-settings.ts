import { z } from 'zod';
import { parseRegularExpression, regularExpression } from '../../patterns/regular-expression.ts';
import { elementsOf, readXml, XmlFault } from '../../xml/read-xml.ts';

/** Files whose names match are taken; `caption` makes the name of the file of the same folder that describes it. */
export interface FileRule {
  mask: RegExp;
  caption?: string;
}

/**
 * Folders whose names match are stories. `caption` makes the name of the file that describes the story, and
 * `representation` of the one that stands for it: of the folder, or beside it.
 */
export interface GroupingRule {
  mask: RegExp;
  caption?: string;
  representation?: string;
}

export interface RuleSettings {
  files: FileRule[];
  groupings: GroupingRule[];
}

/** What takes the place of a match, with `$1` or, as the old product's settings have it, `\1` for its groups. */
const replacement = z.string().min(1).transform(toReplacement);

const ruleSchema = z.union([
  z.strictObject({ mask: regularExpression, caption: replacement.optional() }),
  z.strictObject({
    grouping: regularExpression,
    caption: replacement.optional(),
    representation: replacement.optional(),
  }),
]);

/** Rules in TypeScript, or as the old product's XML: `<file mask caption/>`, `<grouping mask caption representation/>`. */
export const rulesSchema = z
  .union([z.array(ruleSchema), z.string()])
  .transform((rules, ctx): RuleSettings => {
    try {
      return typeof rules === 'string' ? readRules(rules) : sortOut(rules);
    } catch (error) {
      if (!(error instanceof XmlFault)) throw error;
      ctx.addIssue({ code: 'custom', message: error.message, input: rules });
      return z.NEVER;
    }
  });

function sortOut(rules: z.output<typeof ruleSchema>[]): RuleSettings {
  const files: FileRule[] = [];
  const groupings: GroupingRule[] = [];
  for (const rule of rules) {
    if ('mask' in rule) files.push(pick(rule.mask, rule));
    else groupings.push(pick(rule.grouping, rule));
  }
  return { files, groupings };
}

function pick(mask: RegExp, { caption, representation }: Replacements): GroupingRule {
  return {
    mask,
    ...(caption === undefined ? {} : { caption }),
    ...(representation === undefined ? {} : { representation }),
  };
}

interface Replacements {
  caption?: string | undefined;
  representation?: string | undefined;
}

/** Throws XmlFault. */
function readRules(text: string): RuleSettings {
  const { root, fault } = readXml(Buffer.from(text), 'rules');
  const read = (name: 'file' | 'grouping') =>
    elementsOf(root, name).map((element) => {
      const { mask, caption, representation } = element.attributes;
      if (!mask) throw fault(element, `<${name}> has no mask; expected a regular expression`);
      const parts = { caption: caption && toReplacement(caption), representation: undefined };
      try {
        return pick(parseRegularExpression(mask), {
          ...parts,
          ...(name === 'grouping' && representation ? { representation: toReplacement(representation) } : {}),
        });
      } catch (error) {
        throw fault(element, `its mask is no regular expression: ${(error as Error).message}`);
      }
    });
  for (const element of elementsOf(root)) {
    if (element.name !== 'file' && element.name !== 'grouping')
      throw fault(element, `<${element.name}> is no rule; expected <file> or <grouping>`);
  }
  return { files: read('file'), groupings: read('grouping') };
}

function toReplacement(text: string): string {
  return text.replaceAll(/\\(\d)/g, '$$$1');
}
