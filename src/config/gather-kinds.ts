import type { Module } from '../module/module.ts';
import { duration } from '../settings/duration.ts';
import { identifier } from '../settings/identifier.ts';
import type { Kind } from '../task/kind.ts';
import { commands, engineActivities, engineWorkflows } from '../task/names.ts';
import { faultAt, faultOfValue, type Fault } from './error.ts';
import { given, placeOf } from './gather-modules.ts';

/** Names that Temporal would confuse with the engine's own workflows and activities. */
const taken: readonly string[] = [...engineWorkflows, ...engineActivities];

/** The kinds of all modules and of the configuration itself, by name. What is wrong with one is added to `faults`. */
export async function gatherKinds(
  modules: readonly Module[],
  own: readonly unknown[],
  sections: readonly string[],
  faults: Fault[],
): Promise<ReadonlyMap<string, Kind>> {
  const found = new Map<string, Kind>();
  const take = (kind: unknown, at: string) => {
    const fault =
      faultOf(kind, sections) ?? (found.has((kind as Kind).name) ? twin(kind as Kind) : undefined);
    if (fault) faults.push(faultAt(at, fault));
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

const twin = ({ name }: Kind): Fault => faultOfValue('name', name, 'another kind has this name');

/** Members of a kind that are functions where they are there. */
const functions = [
  'calendar',
  'fault',
  'warnings',
  'folders',
  'waiting',
  'attention',
  'request',
  'serve',
] as const;
/** All members of a kind. */
const members = new Set<string>([
  'name',
  'aliases',
  'summary',
  'settings',
  'formerSettings',
  'dependsOn',
  'every',
  'poll',
  'work',
  'commands',
  'runOptions',
  'incidents',
  ...functions,
] satisfies (keyof Kind)[]);

/** Options that every command, or every run, has already. */
const options = {
  command: ['reason', 'config', 'json', 'help', 'version'],
  run: ['once', 'force', 'tmp', 'wait', 'by', 'config', 'json', 'help', 'version'],
};

/** What is wrong with options of a kind, `{ period: { summary, value? } }`; undefined when nothing is. */
function faultOfOptions(given: unknown, taken: readonly string[]): string | undefined {
  if (given === undefined) return undefined;
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return 'expected { name: { summary, value } }';
  for (const [name, option] of Object.entries(given as Record<string, unknown>)) {
    const { summary, value } = (option ?? {}) as { summary?: unknown; value?: unknown };
    if (!/^[a-z][a-z0-9-]{0,39}$/.test(name))
      return `${JSON.stringify(name)} is no name of an option: expected a lower-case word`;
    if (taken.includes(name)) return `--${name} is there already; expected another name`;
    if (typeof summary !== 'string' || (value !== undefined && typeof value !== 'string'))
      return `${name}: expected { summary: 'a few words', value: 'what it is like' }`;
  }
  return undefined;
}

/** What is wrong with the shape of a kind, which is code of users: the first fault. */
function faultOf(kind: unknown, sections: readonly string[]): Fault | undefined {
  if (typeof kind !== 'object' || kind === null)
    return { path: '', value: String(kind), message: 'expected a kind: defineKind({ name, … })' };
  const {
    name,
    summary,
    aliases,
    every,
    settings,
    poll,
    work,
    commands: own,
    dependsOn,
    runOptions,
    ...others
  } = kind as Record<keyof Kind, unknown>;
  // It is the type of a workflow and of an activity, and part of what operators read.
  const called = identifier.safeParse(name);
  if (!called.success)
    return faultOfValue('name', name, 'expected a letter, then letters, digits, `-` or `_`, at most 100');
  if (taken.includes(called.data))
    return faultOfValue('name', name, `the engine uses that name; taken are ${taken.join(', ')}`);
  if (typeof summary !== 'string' || summary.trim() === '')
    return faultOfValue('summary', summary, 'expected a line of plain words');
  if (!Array.isArray(aliases))
    return faultOfValue('aliases', aliases, 'expected a list of names; [] for none');
  if (!duration(1_000).safeParse(every).success)
    return faultOfValue('every', every, "expected a time span of at least 1s, such as '30s'");
  if (
    typeof settings !== 'function' &&
    typeof (settings as { safeParse?: unknown } | null)?.safeParse !== 'function'
  )
    return faultOfValue('settings', settings, 'expected a schema, such as z.strictObject({})');
  if (poll === undefined && 'look' in kind)
    return faultOfValue('look', kind.look, 'it is called `poll` now, and `needs` of its answer `blockedBy`');
  if (typeof poll !== 'function') return faultOfValue('poll', poll, 'expected a function');
  if (typeof work !== 'function') return faultOfValue('work', work, 'expected a function');
  const unknown = Object.keys(kind).filter((member) => !members.has(member));
  if (unknown.length > 0)
    return faultOfValue('', unknown.join(', '), `not of a kind; it may have ${[...members].join(', ')}`);
  if (dependsOn !== undefined && !Array.isArray(dependsOn))
    return faultOfValue('dependsOn', dependsOn, 'expected a list of the keys of sections');
  for (const key of (dependsOn ?? []) as unknown[])
    if (!sections.includes(key as string))
      return faultOfValue(
        'dependsOn',
        key,
        `there is no such section; expected some of ${sections.join(', ')}`,
      );
  for (const member of functions)
    if (others[member] !== undefined && typeof others[member] !== 'function')
      return faultOfValue(member, others[member], 'expected a function');
  if (!aliases.every((alias) => typeof alias === 'string' && alias !== ''))
    return faultOfValue('aliases', aliases, 'expected a list of names');
  const ofRuns = faultOfOptions(runOptions, options.run);
  if (ofRuns !== undefined) return faultOfValue('runOptions', runOptions, ofRuns);
  if (own !== undefined && (typeof own !== 'object' || own === null))
    return faultOfValue('commands', own, 'expected { name: { summary, run } }');
  for (const [command, of] of Object.entries((own ?? {}) as Record<string, unknown>)) {
    const { run, summary: words } = (of ?? {}) as { run?: unknown; summary?: unknown };
    if ((commands as readonly string[]).includes(command))
      return faultOfValue(
        `commands.${command}`,
        command,
        'every task has that command; expected another name',
      );
    if (!/^[a-z][a-z-]{0,39}$/.test(command))
      return faultOfValue(`commands.${command}`, command, 'expected a lower-case word');
    if (typeof run !== 'function' || typeof words !== 'string')
      return faultOfValue(`commands.${command}`, of, 'expected { summary, run }');
    const ofCommand = faultOfOptions((of as { options?: unknown }).options, options.command);
    if (ofCommand !== undefined) return faultOfValue(`commands.${command}.options`, of, ofCommand);
  }
  return undefined;
}
