import { described } from '../../exports/described.ts';
import { messageOf } from '../../task/errors.ts';
import { exit } from '../frame/exit.ts';
import type { Session } from '../frame/session.ts';
import { asExport, exportsOf, findExport } from './exports.ts';
import { faultsIn } from './faults.ts';

/** `regie export check`: loads each module as a run would, and tells by name what is wrong. */
export async function checkExports(session: Session, names: readonly string[]): Promise<void> {
  const config = await session.config();
  const tasks =
    names.length > 0 ? await Promise.all(names.map((name) => findExport(session, name))) : exportsOf(config);
  const found: { export: string; ok: boolean; fault?: string }[] = [];
  for (const task of tasks) {
    try {
      const faults = faultsIn(config, await described(asExport(config, task)));
      found.push({
        export: task.name,
        ok: faults.length === 0,
        ...(faults.length > 0 ? { fault: faults.join('; ') } : {}),
      });
    } catch (error) {
      found.push({ export: task.name, ok: false, fault: messageOf(error) });
    }
  }
  if (found.some(({ ok }) => !ok)) session.exitCode = exit.failed;
  session.out.answer(found, () =>
    found.length === 0
      ? 'The configuration has no exports: `regie export new <name>` writes one.'
      : found
          .map(
            ({ export: name, ok, fault }) =>
              `${ok ? 'ok    ' : 'BROKEN'}  ${name}${fault ? `: ${fault}` : ''}`,
          )
          .join('\n'),
  );
}
