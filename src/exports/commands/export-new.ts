import { newExport } from '../starter/new-export.ts';
import { CliError, exit } from '../../command/exit.ts';
import { sourcesSection } from '../export-settings.ts';
import type { Session } from '../../command/session.ts';

/** `regie export new`: a starter and its test, and what to do with them. */
export async function makeNew(session: Session, name: string, { source }: { source: string }): Promise<void> {
  const config = await session.config();
  const { root } = config;
  const sources = sourcesSection.of(config);
  let made;
  try {
    made = newExport(root, name, { source });
  } catch (error) {
    throw error instanceof Error && error.name === 'CommandRejected'
      ? new CliError(exit.usage, `${error.message}.`)
      : error;
  }
  const { module, test, configuration, command } = made;
  session.out.answer(made, () =>
    [
      `Written: ${module}, and its test ${test}.`,
      `Test it:    ${command}`,
      `It becomes a task with this line in regie.config.ts, and \`regie apply\`:`,
      `  ${configuration}`,
      `Then look at it: regie export run ${name} --dry-run`,
      ...(sources[source]
        ? []
        : [
            `The configuration has no source ${source} yet: sources: { ${source}: { type: 'postgres', url: 'env:…' } }`,
          ]),
    ].join('\n'),
  );
}
