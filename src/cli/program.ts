import { Command, CommanderError, Option } from 'commander';
import { readFileSync } from 'node:fs';
import { exit, type ExitCode } from '../command/exit.ts';
import { explain, tell } from '../reach/explain-error.ts';
import { processIo, type Io } from '../command/output.ts';
import { CliSession, type Acts, type GlobalOptions } from './frame/cli-session.ts';
import * as apply from './apply-command.ts';
import * as commandsOfOwn from './commands-command.ts';
import * as doctor from './doctor-command.ts';
import * as incidents from './incidents-command.ts';
import * as list from './list-command.ts';
import * as log from './log-command.ts';
import * as run from './run-command.ts';
import * as scheduler from './scheduler-command.ts';
import * as start from './start-command.ts';
import * as status from './status-command.ts';
import * as stop from './stop-command.ts';
import * as svc from './svc-command.ts';
import * as trace from './trace-command.ts';
import * as up from './up-command.ts';
import * as worker from './worker-command.ts';
import { builtInModules } from '../modules.ts';

/** In the order in which `regie --help` lists them. Each file imports what is heavy inside its action only. */
const commands = [up, worker, apply, list, status, start, stop, run, trace, log, svc, incidents];
/** After those of modules. */
const last = [commandsOfOwn, scheduler, doctor];

/** Loaded when a command acts. */
const acts: Acts = {
  sendCommand: async (...args) => (await import('./control/send-command.ts')).sendCommand(...args),
  askRun: async (...args) => (await import('./control/ask-run.ts')).askRun(...args),
};

/**
 * Runs `regie` with `argv` (without node and script) and gives the exit code. Never throws: every error has
 * become words on standard error, or with `--json` one document `{error, code, …}` on standard output.
 */
export async function regie(argv: readonly string[], io: Io = processIo): Promise<ExitCode> {
  const session = new CliSession(io, acts);
  const usage: string[] = [];
  const program = buildProgram(session, io, usage);
  try {
    await addOwn(program, session, argv, usage);
    await program.parseAsync([...argv], { from: 'user' });
    return session.exitCode;
  } catch (error) {
    return fail(error, { argv, io, usage });
  } finally {
    await session.close();
  }
}

/** @param usage collects commander's own complaints, to be told at the end in the form that was asked for. */
export function buildProgram(session: CliSession, io: Io, usage: string[]): Command {
  const program = new Command('regie')
    .description('Starts, stops, runs and watches the background tasks of an installation.')
    .version(version(), '-V, --version')
    .addOption(new Option('--config <file>', 'the configuration (default: regie.config.ts here or above)'))
    .addOption(new Option('--json', 'answer as JSON'))
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: io.out, writeErr: (text) => void usage.push(text) })
    .exitOverride()
    .showSuggestionAfterError()
    .hook('preAction', (_, command) => session.use(command.optsWithGlobals<GlobalOptions>()))
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 failed, 2 wrong usage, 3 no server, 4 no such task, 5 refused in this state; ' +
        '130 ended at once by a second Ctrl-C.',
    );
  for (const { register } of commands) register(program, session);
  for (const module of builtInModules) module.commands?.(program, session);
  for (const { register } of last) register(program, session);
  return program;
}

/** A word that is none of ours may be a command of the installation's: only then its configuration is loaded for it. */
async function addOwn(
  program: Command,
  session: CliSession,
  argv: readonly string[],
  usage: string[],
): Promise<void> {
  const [word, ...rest] = program.parseOptions([...argv]).operands;
  const name = word === 'help' ? rest[0] : word;
  if (name === undefined || program.commands.some((each) => [each.name(), ...each.aliases()].includes(name)))
    return;
  session.use(program.opts<GlobalOptions>());
  try {
    const [{ registerOwn }, config] = await Promise.all([import('./own-commands.ts'), session.config()]);
    registerOwn(program, session, config);
  } catch (error) {
    usage.push(
      `(The commands that the configuration adds cannot be loaded: ${explain(error).message.trim()})\n`,
    );
  }
}

/** The program's version, from package.json above `dist/` or `src/`. */
function version(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

function fail(
  error: unknown,
  { argv, io, usage }: { argv: readonly string[]; io: Io; usage: string[] },
): ExitCode {
  const json = argv.includes('--json');
  if (error instanceof CommanderError) {
    // Help and version end by an exception too, having written to standard output.
    if (error.exitCode === 0) return exit.done;
    const words = usage
      .join('')
      .replace(/^error: /m, '')
      .trim();
    return tell(io, json, { code: exit.usage, message: words, details: {} });
  }
  if (process.env.REGIE_DEBUG && error instanceof Error) io.err(`${error.stack ?? ''}\n`);
  return tell(io, json, explain(error));
}
