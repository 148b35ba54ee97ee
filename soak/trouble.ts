import { setTimeout as sleep } from 'node:timers/promises';
import { randomOf, type Random } from '../src/sampling/random.ts';
import type { Answer, Installation } from './installation.ts';
import type { Journal } from './journal.ts';

export interface TroubleOptions {
  seed: string;
  /** Seconds on average. */
  killEvery: number;
  commandEvery: number;
}

type Kills = Record<'up' | 'worker of up' | 'worker' | 'Temporal' | 'PostgreSQL', number>;

export interface Trouble {
  kills: Kills;
  /** How often `regie` was run with which exit code. */
  commands: Record<string, number>;
  faults: string[];
}

/**
 * Kills and commands until `signal`: `regie up` (whose worker then ends by itself), its worker, another worker, the Temporal server and PostgreSQL
 * each at moments of their own, and an operator who stops, starts, runs, traces and holds tasks. The moments hang on the seed alone.
 */
export async function makeTrouble(
  installation: Installation,
  options: TroubleOptions,
  journal: Journal,
  signal: AbortSignal,
): Promise<Trouble> {
  const trouble: Trouble = {
    kills: { up: 0, 'worker of up': 0, worker: 0, Temporal: 0, PostgreSQL: 0 },
    commands: {},
    faults: [],
  };
  const kill = async (what: keyof Kills) => {
    const random = randomOf('kill', options.seed, what);
    // Between two thirds and four thirds of the mean: `up` gives up a server that dies five times within a minute.
    const gap = () => options.killEvery * (2 / 3 + (2 / 3) * random());
    while (await pause(gap(), signal)) {
      const killed =
        what === 'up' || what === 'worker'
          ? installation[what].kill()
          : (await installation.killChild(what)) !== undefined;
      if (killed) trouble.kills[what] += 1;
      journal.tell(killed ? 'killed' : 'not there to be killed', { what });
    }
  };
  const kinds = Object.keys(trouble.kills) as (keyof Kills)[];
  await Promise.all([...kinds.map(kill), operate(installation, options, trouble, journal, signal)]);
  return trouble;
}

async function operate(
  installation: Installation,
  { seed, commandEvery }: TroubleOptions,
  trouble: Trouble,
  journal: Journal,
  signal: AbortSignal,
): Promise<void> {
  const random = randomOf('operator', seed);
  while (await pause(commandEvery * (0.5 + random()), signal)) {
    const args = commandOf(random);
    const answer = await installation.regie(...args);
    const code = String(answer.code);
    trouble.commands[code] = (trouble.commands[code] ?? 0) + 1;
    journal.note('command', { args: args.join(' '), ...answer });
    if (!isFair(answer)) {
      const fault = `regie ${args.join(' ')} ended with ${code}: ${answer.err || answer.out}`;
      trouble.faults.push(fault);
      journal.tell('FAULT', { fault });
    }
  }
}

/** Done, failed in words, no server, refused: while servers die. Not: wrong usage, no such task, a crash, silence. */
function isFair({ code, out, err }: Answer): boolean {
  const inWords = out !== '' || err !== '';
  return (
    code === 0 || ((code === 1 || code === 3 || code === 5) && inWords && !/^\s+at .*:\d+:\d+\)?$/m.test(err))
  );
}

function commandOf(random: Random): string[] {
  const task = random() < 0.5 ? 'svcLoadJson' : 'svcAggregate';
  const dice = random();
  const reason = ['--reason', 'soak'];
  // More starts than stops: most of the time there is work.
  if (dice < 0.12) return ['stop', task, ...reason];
  if (dice < 0.16) return ['stop', task, '--now', ...reason];
  if (dice < 0.42) return ['start', task, ...reason];
  if (dice < 0.62) return ['run', task];
  if (dice < 0.66) return ['run', task, '--tmp'];
  if (dice < 0.74) return ['trace', task];
  if (dice < 0.82) return ['notrace', task];
  if (dice < 0.85) return ['scheduler', 'stop'];
  if (dice < 0.9) return ['scheduler', 'start'];
  return ['status', ...(random() < 0.5 ? [task] : []), '--json'];
}

/** Waits so many seconds; `false` when it is over. */
async function pause(seconds: number, signal: AbortSignal): Promise<boolean> {
  await sleep(seconds * 1_000, undefined, { signal }).catch(() => undefined);
  return !signal.aborted;
}
