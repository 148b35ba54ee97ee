import { InvalidArgumentError, Option, type Command } from 'commander';
import { count } from '../command/count.ts';
import type { Session } from '../command/session.ts';
import type { CompareFlags } from './commands/weather-compare.ts';
import type { ExportFlags } from './commands/weather-export.ts';
import type { ExcludeFlags } from './commands/weather-exclude.ts';
import type { CloseFlags, ListFlags } from './commands/weather-incidents.ts';
import type { ObservationsFlags } from './commands/weather-observations.ts';
import type { PlotFlags } from './commands/weather-plot.ts';
import type { ReportFlags } from './commands/weather-report.ts';
import type { SampleFlags } from './commands/weather-sample.ts';
import type { ShowFlags } from './commands/weather-show.ts';

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
      const { showStations } = await import('./commands/weather-stations.ts');
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
      const { showAggregates } = await import('./commands/weather-show.ts');
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
      const { showLineage } = await import('./commands/weather-trace.ts');
      await showLineage(session, station, name, start, tmp === true);
    });

  weather
    .command('verify')
    .description('recompute all aggregates aside and compare; exit code 1 when one is wrong')
    .argument('[station]', 'code of the only station to verify')
    .addOption(tmp())
    .action(async (station: string | undefined, { tmp }: Tables) => {
      const { showVerification } = await import('./commands/weather-verify.ts');
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
      const { showComparison } = await import('./commands/weather-compare.ts');
      await showComparison(session, station, flags);
    });

  weather
    .command('plot')
    .description("draw a station's temperature, rain, pressure, wind and completeness, or chosen measures")
    .argument('<station>', 'code')
    .option('--level <level>', 'H, D, M or Y (default: as suits the period)')
    .option('--from <date>', 'since when, station time: 2026, 2026-06 or 2026-06-01 (default: all there is)')
    .option('--to <date>', 'until when; 2026-06-30 takes all of that day')
    .option('-m, --measure <name>', 'this measure instead of the usual ones; may be repeated', collect, [])
    .requiredOption('-o, --output <file>', 'name that ends in .svg, .png or .html')
    .option('--force', 'replace the file when it is there')
    .addOption(tmp())
    .action(async (station: string, flags: PlotFlags) => {
      const { plotFile } = await import('./commands/weather-plot.ts');
      await plotFile(session, station, flags);
    });

  weather
    .command('report')
    .description("write a page with a month's climatological table and pictures")
    .argument('<station>', 'code')
    .argument('<month>', '2026-06')
    .option('-o, --output <file>', 'name that ends in .html (default: <station>-<month>.html)')
    .option('--force', 'replace the file when it is there')
    .addOption(tmp())
    .action(async (station: string, month: string, flags: ReportFlags) => {
      const { reportFile } = await import('./commands/weather-report.ts');
      await reportFile(session, station, month, flags);
    });

  weather
    .command('export')
    .description('write observations or aggregates into a Parquet or CSV file')
    .argument('[station...]', 'codes')
    .option('--all', 'all stations')
    .option('--level <level>', `O: the observations themselves, or ${level}`, 'O')
    .option('--from <date>', 'since when, station time: 2026, 2026-06 or 2026-06-01')
    .option('--to <date>', 'until when; 2026-06-30 takes all of that day')
    .option('-m, --measure <name>', 'only this measure; may be repeated', collect, [])
    .requiredOption('-o, --output <file>', 'name that ends in .parquet or .csv')
    .option('--force', 'replace the file when it is there')
    .addOption(tmp())
    .action(async (stations: string[], flags: ExportFlags) => {
      const { exportFile } = await import('./commands/weather-export.ts');
      await exportFile(session, stations, flags);
    });

  weather
    .command('observations')
    .description('print what was observed, each value with its quality')
    .argument('<station>', 'code')
    .option('--from <date>', 'since when, station time: 2026-06, 2026-06-01 or 2026-06-01T13:00')
    .option('--to <date>', 'until when; 2026-06-30 takes all of that day')
    .option('-m, --measure <name>', 'only this measure; may be repeated', collect, [])
    .option(
      '-q, --quality <code>',
      'only 1 (not-checked), 2 (good), 3 (doubtful) or 4 (excluded); may be repeated',
      collect,
      [],
    )
    .option('--limit <n>', 'at most so many values', count(10_000_000), 1_000)
    .option('--csv', 'answer as CSV')
    .addOption(tmp())
    .action(async (station: string, flags: ObservationsFlags) => {
      const { showObservations } = await import('./commands/weather-observations.ts');
      await showObservations(session, station, flags);
    });

  weather
    .command('exclude')
    .description("leave a station's measure out of its aggregates for a time; what arrives later too")
    .argument('<station>', 'code')
    .argument('<measure...>', 'names')
    .requiredOption('--from <date>', 'since when, station time: 2026-06-01 or 2026-06-01T13:00')
    .option('--to <date>', 'until when; 2026-06-30 takes all of that day (default: until it is lifted)')
    .option('--reason <text>', 'why, for those who ask later')
    .action(async (station: string, measures: string[], flags: ExcludeFlags) => {
      const { excludeMeasures } = await import('./commands/weather-exclude.ts');
      await excludeMeasures(session, station, measures, flags);
    });

  weather
    .command('exclusions')
    .description('list what is excluded')
    .argument('[station]', 'code')
    .option('--all', 'those that were lifted too')
    .action(async (station: string | undefined, { all }: { all?: true }) => {
      const { showExclusions } = await import('./commands/weather-exclude.ts');
      await showExclusions(session, station, all === true);
    });

  weather
    .command('lift')
    .description('end exclusions: their values count again, unless they are doubtful')
    .argument('<id...>', 'as `regie weather exclusions` shows them', ids)
    .action(async (which: number[]) => {
      const { liftExclusions } = await import('./commands/weather-exclude.ts');
      await liftExclusions(session, which);
    });

  const incidents = weather
    .command('incidents')
    .description('list the refused files and items that nobody has closed yet')
    .option('--all', 'the closed ones too')
    .option('--limit <n>', 'at most so many, the latest', count(1_000_000), 100)
    .action(async (flags: ListFlags) => {
      const { showIncidents } = await import('./commands/weather-incidents.ts');
      await showIncidents(session, flags);
    });

  incidents
    .command('close')
    .description(
      'close incidents that are dealt with; `regie weather retry` closes those of the files it puts back',
    )
    .argument('[id...]', 'as `regie weather incidents` shows them', ids)
    .option('--all', 'every open one')
    .option('--note <text>', 'what was done')
    .action(async (which: number[], flags: CloseFlags, command: Command) => {
      const { closeSome } = await import('./commands/weather-incidents.ts');
      // `--all` before the word `close` is the list's; it means the same.
      await closeSome(session, which, { ...command.parent?.opts<ListFlags>(), ...flags });
    });

  weather
    .command('retry')
    .description('put failed files back into the inbox, once what was wrong is mended')
    .argument('[file...]', 'names as `regie status` shows them; all failed files when left out')
    .action(async (files: string[]) => {
      const { retry } = await import('./commands/weather-retry.ts');
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
      const { makeSample } = await import('./commands/weather-sample.ts');
      await makeSample(session, flags);
    });
}

const ids = (value: string, before: number[] | undefined) => {
  const id = Number(value);
  if (!Number.isSafeInteger(id) || id < 1 || id > 2 ** 31 - 1)
    throw new InvalidArgumentError('Expected an id, a whole number.');
  return [...(before ?? []), id];
};

const collect = (value: string, before: string[]) => [...before, ...value.split(',')];
