import type { Command } from 'commander';
import { builtInModules } from '../modules.ts';
import type { LoadedConfig } from '../config/config-schema.ts';
import type { Module } from '../module/module.ts';
import type { Kind, OptionsOfKind } from '../task/kind.ts';
import type { CommandArgs, RunOptions } from '../task/status.ts';
import { UsageError } from '../command/exit.ts';
import { flagOf } from './control/own-options.ts';
import type { CliSession } from './frame/cli-session.ts';

/**
 * Adds what an installation brings: the commands of its own modules, and one for each command of its tasks' kinds. The
 * built-in commands keep their names; a command that two kinds have is for the tasks of both.
 */
export function registerOwn(program: Command, session: CliSession, { modules, tasks }: LoadedConfig): void {
  const taken = new Set(program.commands.map((each) => each.name()));
  for (const module of ownModules(modules)) registerModule(program, session, module);
  const kinds = new Set(tasks.map((task) => task.kind));
  const names = new Set([...kinds].flatMap((kind) => Object.keys(kind.commands ?? {})));
  for (const name of names) if (!taken.has(name)) registerCommand(program, session, name, [...kinds]);
}

/** Those of an installation's own. */
export const ownModules = (modules: readonly Module[]) =>
  modules.filter((module) => !builtInModules.includes(module));

/** Adds the commands of a module, which is code of users: one that fails at it leaves all other commands. */
export function registerModule(program: Command, session: CliSession, { name, commands }: Module): void {
  try {
    commands?.(program, session);
  } catch (error) {
    session.out.remark(`The commands of the module ${name} cannot be loaded: ${String(error)}`);
  }
}

function registerCommand(program: Command, session: CliSession, name: string, all: readonly Kind[]): void {
  const having = all.filter((kind) => kind.commands?.[name]);
  const summaries = new Set(having.map((kind) => kind.commands![name]!.summary));
  const options = Object.assign(
    {},
    ...having.map((kind) => kind.commands![name]!.options ?? {}),
  ) as OptionsOfKind;
  const command = program
    .command(name)
    .description([...summaries].join('; '))
    .argument('<task>', 'name or alias, in any case')
    .option('--reason <text>', 'why, for those who ask later');
  for (const [option, of] of Object.entries(options)) command.option(flagOf(option, of), of.summary);
  command.action(async (of: string, args: CommandArgs & RunOptions) => {
    const task = await session.task(of);
    if (!task.kind.commands?.[name]) {
      const { tasks } = await session.config();
      const others = tasks.filter(({ kind }) => kind.commands?.[name]).map((each) => each.name);
      throw new UsageError(
        `${task.name} is of the kind ${task.kind.name}, which has no command ${name}; it is for ${others.join(', ')}.`,
      );
    }
    const done = await session.sendCommand(
      task,
      { name, done: `${task.name}: ${name} is carried out; \`regie log ${task.name}\` tells what it did.` },
      args,
    );
    session.out.answer(done, () => done.message);
  });
}
