import { faultOf } from '../export-faults.ts';
import { exit } from '../../command/exit.ts';
import type { Session } from '../../command/session.ts';
import { asExport, exportsOf, findExport } from './exports.ts';

/** `regie export check`: loads each module as a run would, and tells by name what is wrong. */
export async function checkExports(session: Session, names: readonly string[]): Promise<void> {
  const config = await session.config();
  const tasks =
    names.length > 0 ? await Promise.all(names.map((name) => findExport(session, name))) : exportsOf(config);
  const found: { export: string; ok: boolean; fault?: string }[] = [];
  for (const task of tasks) {
    const fault = await faultOf(asExport(config, task));
    found.push({ export: task.name, ok: fault === undefined, ...(fault === undefined ? {} : { fault }) });
  }
  if (found.some(({ ok }) => !ok)) session.exitCode = exit.failed;
  session.out.answer(found, () =>
    found.length === 0
      ? 'The configuration has no exports: `regie export new <name>` writes one.'
      : found.map(({ export: name, ok, fault }) => (ok ? `ok      ${name}` : `BROKEN  ${fault}`)).join('\n'),
  );
}
