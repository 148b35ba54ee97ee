import { blocksOf, documents, type CodeBlock } from '../support/documents.ts';

/** A piece of TypeScript of a document as a file that compiles by itself. */
export interface DocumentedModule {
  /** `docs/weather.md:85` */
  where: string;
  code: string;
  /** Is it a `regie.config.ts`? */
  configures: boolean;
}

/**
 * What documents show of TypeScript, as modules. A block's note says what a fragment stands in: `in defineConfig`, `in tasks`,
 * `in a task of <kind>` or `in defineKind`; without a note it is a whole file. The tasks that a document shows belong to one
 * configuration, as they may name each other. @throws for another note, and for a fragment without one.
 */
export function documentedModules(): DocumentedModule[] {
  return documents.flatMap((document) => {
    const blocks = blocksOf(document).filter(({ language }) => language === 'ts');
    const tasks = blocks.filter(({ note }) => note === 'in tasks');
    const others = blocks.filter((block) => !tasks.includes(block)).map(moduleOf);
    if (tasks.length === 0) return others;
    return [
      ...others,
      configuration(whereOf(tasks[0]!), `tasks: [${tasks.map(({ code }) => code).join(',\n')}],`),
    ];
  });
}

const whereOf = ({ document, line }: CodeBlock) => `${document}:${line}`;

const configuration = (where: string, members: string): DocumentedModule => ({
  where,
  code: `import { defineConfig } from 'regie';\nexport default defineConfig({\n${members}\n});\n`,
  configures: true,
});

function moduleOf(block: CodeBlock): DocumentedModule {
  const { note, code } = block;
  const where = whereOf(block);
  if (note === 'in defineConfig') return configuration(where, `tasks: [],\n${code}`);
  const [, kind] = /^in a task of (\w+)$/.exec(note) ?? [];
  if (kind !== undefined)
    return configuration(where, `tasks: [{ name: 'shown', kind: '${kind}',\n${code}}],`);
  if (note === 'in defineKind')
    return {
      where,
      code: `import { CommandRejected, defineKind, z } from 'regie';
export const shown = defineKind({
  name: 'shown', aliases: [], summary: 'Is shown', every: '1m', settings: z.strictObject({}),
  poll: async () => ({ work: false }), work: async () => ({ outcome: 'done', counts: {}, changed: false }),
  ${code}});\n`,
      configures: false,
    };
  if (note !== '' || !/^import /m.test(code))
    throw new Error(
      `${where}: expected a whole file with its imports, or a note that says what it stands in`,
    );
  return { where, code, configures: /\bdefineConfig\(/.test(code) };
}
