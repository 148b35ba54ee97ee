import { parseArgs } from 'node:util';

/** What is played, and how rough it gets. */
export interface SoakOptions {
  /** Minutes of play, by the clock on the wall. */
  minutes: number;
  /** Simulated seconds in one of them. */
  speed: number;
  stations: number;
  /** The same seed plans the same files, kills and commands at the same moments. */
  seed: string;
  /** Mean time between two kills of the same kind, seconds. */
  killEvery: number;
  /** Mean time between two commands of an operator, seconds. */
  commandEvery: number;
  /** Where the journal goes: a line of JSON for each file, kill, command and restart. */
  journal?: string;
}

const full: Omit<SoakOptions, 'seed'> = {
  minutes: 20,
  speed: 60,
  stations: 50,
  killEvery: 60,
  commandEvery: 10,
};

export const usage = `npm run soak -- [--minutes <n>] [--speed <n>] [--stations <n>] [--seed <text>] [--journal <file>]

Plays a network of stations faster than time on an installation of its own, kills its workers and servers with -9 all the
while, and at the end compares everything with an undisturbed computation of the same files. Exit code 1 on any difference.

  --minutes <n>       length of the play by the clock on the wall (${full.minutes})
  --speed <n>         times real time (${full.speed}); a station sends a file every 5 simulated minutes
  --stations <n>      (${full.stations})
  --seed <text>       plays the same files, kills and commands again; chosen at random when left out
  --kill-every <s>    mean seconds between two kills of each kind: up, its worker, another one, Temporal, PostgreSQL (${full.killEvery})
  --command-every <s> mean seconds between two commands of an operator (${full.commandEvery})
  --journal <file>    keeps what happened, a line of JSON each
`;

/** Reads the command line. Throws with words for the user when it makes no sense. */
export function readOptions(args: readonly string[]): SoakOptions | 'help' {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: text,
      speed: text,
      stations: text,
      seed: text,
      'kill-every': text,
      'command-every': text,
      journal: text,
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const positive = (name: 'minutes' | 'speed' | 'kill-every' | 'command-every', otherwise: number) => {
    const value = values[name] === undefined ? otherwise : Number(values[name]);
    if (!(value > 0 && Number.isFinite(value)))
      throw new Error(`--${name} ${values[name]}: expected a number above 0`);
    return value;
  };
  const stations = values.stations === undefined ? full.stations : Number(values.stations);
  if (!Number.isInteger(stations) || stations < 1)
    throw new Error(`--stations ${values.stations}: expected a whole number from 1 on`);
  return {
    minutes: positive('minutes', full.minutes),
    speed: positive('speed', full.speed),
    stations,
    seed: values.seed ?? String(Math.floor(Math.random() * 1e9)),
    killEvery: positive('kill-every', full.killEvery),
    commandEvery: positive('command-every', full.commandEvery),
    ...(values.journal === undefined ? {} : { journal: values.journal }),
  };
}
