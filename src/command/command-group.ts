import type { Command } from 'commander';

/** A group of commands to which several modules add some, such as `demo`: the one that is there, or a new one. */
export function group(program: Command, name: string, description: string): Command {
  return (
    program.commands.find((each) => each.name() === name) ?? program.command(name).description(description)
  );
}
