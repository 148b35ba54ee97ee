import type { Command } from 'commander';
import { fileURLToPath } from 'node:url';
import { buildProgram } from '../../src/cli/program.ts';
import { registerOwn } from '../../src/cli/own-commands.ts';
import { CliSession } from '../../src/cli/frame/cli-session.ts';
import { loadConfig } from '../../src/config/load-config.ts';

/**
 * The command line as `regie` builds it, with what the example of a module and exports add; nothing in it acts. What documents
 * say is held against it.
 */
export async function knownCommands(): Promise<KnownCommands> {
  const files = ['../../examples/tides/regie.config.ts', '../../regie.config.ts'];
  const configs = await Promise.all(
    files.map((file) => loadConfig({ file: fileURLToPath(new URL(file, import.meta.url)) })),
  );
  return new KnownCommands(configs);
}

type Config = Parameters<typeof registerOwn>[2];

class KnownCommands {
  readonly #configs: readonly Config[];

  constructor(configs: readonly Config[]) {
    this.#configs = configs;
  }

  /** What is wrong with a command's words, those after `regie`; undefined when it would be carried out. */
  async fault(words: readonly string[]): Promise<string | undefined> {
    const said: string[] = [];
    const program = this.#program(said);
    try {
      await program.parseAsync([...words], { from: 'user' });
      return undefined;
    } catch (error) {
      // The help of a group that does nothing by itself ends so, too.
      const { code, message } = error as { code?: string; message: string };
      if (code === 'commander.helpDisplayed' || code === 'commander.version') return undefined;
      return (said.join('').trim() || message).split('\n').join(' ');
    }
  }

  /**
   * What is wrong with a mention: words of which some may stand for others (`<export>`), or be left out. Its commands
   * and options must be there.
   */
  mentionFault(words: readonly string[]): string | undefined {
    let command = this.#program([]);
    const rest = [...words];
    while (rest.length > 0 && command.commands.length > 0) {
      const next = find(command, rest[0]!);
      if (!next) break;
      rest.shift();
      command = next;
    }
    const [word] = rest;
    if (word !== undefined && /^[a-z][\w-]*$/.test(word) && command.registeredArguments.length === 0)
      return `there is no ${[...path(command), word].join(' ')}`;
    const all = [command, ...parents(command)];
    const missing = rest
      .filter((each) => /^--?[a-z]/.test(each))
      .map((each) => each.split('=')[0]!)
      .filter(
        (each) =>
          !['--help', '-h'].includes(each) &&
          !all.some(({ options }) => options.some(({ short, long }) => short === each || long === each)),
      );
    return missing.length > 0 ? `${path(command).join(' ')} takes no ${missing.join(', ')}` : undefined;
  }

  /** The words of each command that does something: `weather incidents close`. */
  all(): string[] {
    const below = (command: Command): string[] => {
      const own = command.commands.flatMap(below);
      const acts = command.commands.length === 0 || command.options.length > 0;
      return command.parent && acts ? [path(command).join(' '), ...own] : own;
    };
    return below(this.#program([], { own: false })).filter((words) => words !== 'help');
  }

  #program(said: string[], { own = true } = {}): Command {
    const text = (more: string) => void said.push(more);
    const io = { tty: false, out: () => undefined, err: text };
    const nothing = async () => {
      throw new Error('nothing acts here');
    };
    const session = new CliSession(io, { sendCommand: nothing, askRun: nothing });
    const program = buildProgram(session, io, said);
    if (own) for (const config of this.#configs) registerOwn(program, session, config);
    silence(program);
    return program;
  }
}

/** Of all commands that do something: nothing, once their words are understood. */
function silence(command: Command): void {
  if (command.commands.length === 0 || command.options.length > 0) command.action(() => undefined);
  command.commands.forEach(silence);
}

const find = (command: Command, word: string) =>
  command.commands.find((each) => each.name() === word || each.aliases().includes(word));

const parents = (command: Command): Command[] =>
  command.parent ? [command.parent, ...parents(command.parent)] : [];

/** Its words, without `regie`. */
const path = (command: Command): string[] =>
  command.parent ? [...path(command.parent), command.name()] : [];
