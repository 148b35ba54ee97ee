import type { Module } from '../module/module.ts';
import { duration } from '../settings/duration.ts';
import type { Kind } from '../task/kind.ts';
import { commands, engineActivities, engineWorkflows } from '../task/names.ts';
import type { Fault } from './error.ts';
import { given, placeOf } from './gather-modules.ts';

/** It is the type of a workflow and of an activity, and part of what operators read. */
const kindName = /^[A-Za-z][\w-]{0,99}$/;

/** Names that Temporal would confuse with the engine's own workflows and activities. */
const taken: readonly string[] = [...engineWorkflows, ...engineActivities];

/** The kinds of all modules and of the configuration itself, by name. What is wrong with one is added to `faults`. */
export async function gatherKinds(
  modules: readonly Module[],
  own: readonly unknown[],
  faults: Fault[],
): Promise<ReadonlyMap<string, Kind>> {
  const found = new Map<string, Kind>();
  const take = (kind: unknown, at: string) => {
    const fault = faultOf(kind) ?? (found.has((kind as Kind).name) ? twin(kind as Kind) : undefined);
    if (fault) faults.push({ ...fault, path: fault.path === '' ? at : `${at}.${fault.path}` });
    else found.set((kind as Kind).name, kind as Kind);
  };
  for (const [i, module] of modules.entries()) {
    const at = `${placeOf(module, i)}.kinds`;
    const list = await given(module.kinds, (message) => faults.push({ path: at, value: '', message }));
    list.forEach((kind, j) => take(kind, `${at}[${j}]`));
  }
  own.forEach((kind, i) => take(kind, `kinds[${i}]`));
  return found;
}

const twin = ({ name }: Kind): Fault => ({
  path: 'name',
  value: JSON.stringify(name),
  message: 'another kind has this name',
});

/** What is wrong with the shape of a kind, which is code of users: the first fault. */
function faultOf(kind: unknown): Fault | undefined {
  if (typeof kind !== 'object' || kind === null)
    return { path: '', value: String(kind), message: 'expected a kind: defineKind({ name, … })' };
  const {
    name,
    summary,
    aliases,
    every,
    settings,
    look,
    work,
    commands: own,
  } = kind as Record<keyof Kind, unknown>;
  const fault = (path: string, value: unknown, message: string): Fault => ({
    path,
    value: typeof value === 'string' ? JSON.stringify(value) : typeof value,
    message,
  });
  if (typeof name !== 'string' || !kindName.test(name))
    return fault('name', name, 'expected a letter, then letters, digits, `-` or `_`, at most 100');
  if (taken.includes(name))
    return fault('name', name, `the engine has that name; so are taken ${taken.join(', ')}`);
  if (typeof summary !== 'string' || summary.trim() === '')
    return fault('summary', summary, 'expected a line of plain words');
  if (!Array.isArray(aliases)) return fault('aliases', aliases, 'expected a list of names; [] for none');
  if (!duration(1_000).safeParse(every).success)
    return fault('every', every, "expected a time span of at least 1s, such as '30s'");
  if (
    typeof settings !== 'function' &&
    typeof (settings as { safeParse?: unknown } | null)?.safeParse !== 'function'
  )
    return fault('settings', settings, 'expected a schema, such as z.strictObject({})');
  if (typeof look !== 'function') return fault('look', look, 'expected a function');
  if (typeof work !== 'function') return fault('work', work, 'expected a function');
  for (const [command, of] of Object.entries((own ?? {}) as Record<string, unknown>)) {
    const { run, summary: words } = (of ?? {}) as { run?: unknown; summary?: unknown };
    if ((commands as readonly string[]).includes(command))
      return fault(`commands.${command}`, command, 'every task has that command; expected another name');
    if (!/^[a-z][a-z-]{0,39}$/.test(command))
      return fault(`commands.${command}`, command, 'expected a lower-case word');
    if (typeof run !== 'function' || typeof words !== 'string')
      return fault(`commands.${command}`, of, 'expected { summary, run }');
  }
  return undefined;
}
