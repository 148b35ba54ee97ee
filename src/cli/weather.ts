import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Session } from './frame/session.ts';
import type { CompareFlags } from './weather/compare.ts';
import type { SampleFlags } from './weather/sample.ts';
import type { ShowFlags } from './weather/show.ts';

interface Tables {
  tmp?: true;
}

export function register(program: Command, session: Session): void {
  const weather = program.command('weather').description('what stations sent, and what was made of it');
  const tmp = () => new Option('--tmp', "read a rehearsal's tables instead of the true ones");
  const level = 'H, D, M, Y or A: hour, day, month, year, all time';

  weather
    .command('stations')
    .description('list the stations and what there is of them')
    .addOption(tmp())
    .action(async ({ tmp }: Tables) => {
      const { showStations } = await import('./weather/stations.ts');
      await showStations(session, tmp === true);
    });

  weather
    .command('show')
    .description("print a station's aggregates")
    .argument('<station>', 'code')
    .argument('<level>', level)
    .option('--from <date>', 'first bucket, station time: 2026-06, 2026-06-01 or 2026-06-01T13:00')
    .option('--to <date>', 'last bucket; 2026-06-30 takes all of that day')
    .option('-m, --measure <name>', 'only this measure; may be repeated', collect, [])
    .option('--csv', 'answer as CSV')
    .addOption(tmp())
    .action(async (station: string, name: string, flags: ShowFlags) => {
      const { showAggregates } = await import('./weather/show.ts');
      await showAggregates(session, station, name, flags);
    });

  weather
    .command('trace')
    .description('list the files from which an aggregate was made')
    .argument('<station>', 'code')
    .argument('<level>', level)
    .argument('[start]', 'a moment in the bucket, station time: 2026-06-01T13:00; not needed for level A')
    .addOption(tmp())
    .action(async (station: string, name: string, start: string | undefined, { tmp }: Tables) => {
      const { showLineage } = await import('./weather/trace.ts');
      await showLineage(session, station, name, start, tmp === true);
    });

  weather
    .command('verify')
    .description('recompute all aggregates aside and compare; exit code 1 when one is wrong')
    .argument('[station]', 'code of the only station to verify')
    .addOption(tmp())
    .action(async (station: string | undefined, { tmp }: Tables) => {
      const { showVerification } = await import('./weather/verify.ts');
      await showVerification(session, station, tmp === true);
    });

  weather
    .command('compare')
    .description(
      'compare our aggregates with those that a station computed itself; exit code 1 beyond tolerance',
    )
    .argument('<station>', 'code')
    .option('--from <date>', 'first bucket, station time: 2026-06, 2026-06-01')
    .option('--to <date>', 'last bucket; 2026-06-30 takes all of that day')
    .option('--level <level>', `only this level, ${level}`)
    .option('-m, --measure <name>', 'only this measure; may be repeated', collect, [])
    .option('--all', 'list every number compared, not only those beyond tolerance')
    .addOption(tmp())
    .action(async (station: string, flags: CompareFlags) => {
      const { showComparison } = await import('./weather/compare.ts');
      await showComparison(session, station, flags);
    });

  weather
    .command('retry')
    .description('put failed files back into the inbox, once what was wrong is mended')
    .argument('[file...]', 'names as `regie status` shows them; all failed files when left out')
    .action(async (files: string[]) => {
      const { retry } = await import('./weather/retry.ts');
      await retry(session, files);
    });

  weather
    .command('sample')
    .description('put files of simulated stations into the inbox')
    .option('--stations <n>', 'how many', count(10_000), 2)
    .option('--days <n>', 'how many whole days', count(36_500), 3)
    .option('--until <date>', 'the last of them (default: yesterday)')
    .addOption(
      new Option('--layout <name>', 'of all files (default: stations take turns)').choices(['A', 'B']),
    )
    .option('--one-per-file', 'a file per observation, as stations send them, instead of a file per day')
    .option('--seed <n>', 'the same seed gives the same weather', count(2 ** 31), 1)
    .option('--first-look', 'two stations with some bad items and a broken file, as a new installation gets')
    .option('--inbox <folder>', 'where to (default: the inbox of the configuration)')
    .action(async (flags: SampleFlags) => {
      const { makeSample } = await import('./weather/sample.ts');
      await makeSample(session, flags);
    });
}

const collect = (value: string, before: string[]) => [...before, ...value.split(',')];

const count = (most: number) => (text: string) => {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1 || n > most) {
    throw new InvalidArgumentError(`Expected a whole number from 1 to ${most}.`);
  }
  return n;
};
