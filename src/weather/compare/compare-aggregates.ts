import type { ClientBase } from 'pg';
import { aggregateMeasures, levels, measures, type Level } from '../measures.ts';
import { findLevel, findMeasures, findStation, type KnownStation } from '../read/find-by-name.ts';
import { bucketEnd } from '../read/bucket-period.ts';
import { bucketsBetween, type Dates } from '../read/range.ts';
import { writeTime } from '../read/write-time.ts';
import { readOurs, readTheirs, sources, type SentBucket, type Source } from './read-compared.ts';
import { numberOf, ours, quantities, theirs, type Part, type Quantity } from './quantities.ts';
import type { Compared } from './compared.ts';
import { Summaries, type Summary } from './compare-summary.ts';
import { toleranceOf, type MeanFrom } from './tolerances.ts';

/** First and last bucket, and: */
export interface CompareOptions extends Dates {
  /** The only level, by letter or word; all when left out. */
  level?: string;
  /** Names, OMM values by their own (`out_temp_omm`); all when empty or left out. */
  measures?: readonly string[];
  /** List every number that was compared, not only those beyond tolerance. */
  all?: boolean;
  /** Most numbers listed; all of them when left out. */
  limit?: number;
}

/** Buckets that the station computed. */
export interface Scope {
  source: Source;
  level: Level;
  buckets: number;
  /** Those of them that we have no observations of: there is nothing of ours to compare. */
  unobserved: number;
}

export interface Comparison {
  station: string;
  meanFrom: MeanFrom;
  /** Nothing is beyond tolerance or missing. */
  agrees: boolean;
  scopes: Scope[];
  /** A line per source, level, measure and part. */
  summary: Summary[];
  /** Numbers beyond tolerance or missing, and the others too when all were asked for; by source, level, start. */
  values: Compared[];
  /** How many more there are than the limit let be listed. */
  more: number;
  /** Hours of the station that wait to be aggregated: ours are not yet what the observations give. */
  waiting: number;
}

/**
 * Compares our aggregates of a station with those that it computed itself, sent as `validation` (stored apart) or as
 * `aggregations`. The latter fill ours where there are no observations; so only those measures of a bucket are compared
 * that its observations carry. Reads the tables of the session's search path. Throws `NotFound` for a station, level or
 * measure there is none of, RangeError for dates that are none.
 */
export async function compare(
  db: ClientBase,
  code: string,
  options: CompareOptions = {},
): Promise<Comparison> {
  const { all = false, limit = Infinity } = options;
  const names = new Set(findMeasures(options.measures ?? [], aggregateMeasures).map(({ name }) => name));
  const wanted = quantities.filter(({ name }) => names.has(name));
  const carriers = measures.filter((m) => wanted.some(({ base }) => base === m.name));
  const level = options.level === undefined ? undefined : findLevel(options.level);
  const station = await findStation(db, code);
  const period = bucketsBetween(options, station.zone, level);
  const { meanFrom, waiting } = await stateOf(db, station);

  const scopes: Scope[] = [];
  const summaries = new Summaries();
  const values: Compared[] = [];
  let more = 0;
  for (const source of sources) {
    for (const each of level ? [level] : levels) {
      // All time is not within any period.
      if (each === 'A' && (options.from !== undefined || options.to !== undefined)) continue;
      const scope: Scope = { source, level: each, buckets: 0, unobserved: 0 };
      for await (const sent of readTheirs(db, station, source, each, period)) {
        const own = await readOurs(db, station, each, sent, carriers);
        for (const [i, bucket] of sent.entries()) {
          const { row, observed } = own[i]!;
          scope.buckets += 1;
          if (!observed) {
            scope.unobserved += 1;
            continue;
          }
          const compared = wanted.filter(({ base }) => observed.has(base));
          for (const value of compareBucket(bucket, row, compared, { station, meanFrom, scope })) {
            summaries.add(value);
            if (!all && !isWrong(value)) continue;
            if (values.length < limit) values.push(value);
            else more += 1;
          }
        }
      }
      if (scope.buckets > 0) scopes.push(scope);
    }
  }
  const summary = summaries.lines();
  const agrees = summary.every(({ differ, missing }) => differ + missing === 0);
  return { station: station.code, meanFrom, agrees, scopes, summary, values, more, waiting };
}

export const isWrong = ({ verdict }: Pick<Compared, 'verdict'>) =>
  verdict === 'differs' || verdict === 'missing';

async function stateOf(
  db: ClientBase,
  { id }: KnownStation,
): Promise<Pick<Comparison, 'meanFrom' | 'waiting'>> {
  const { rows } = await db.query<{ meanFrom: MeanFrom; waiting: number }>(
    `select mean_from as "meanFrom",
       (select count(distinct start)::int from dirty_hour where station_id = $1) as waiting
     from station where id = $1`,
    [id],
  );
  return rows[0]!;
}

/** Every number of a bucket that the station sent. */
function compareBucket(
  { start, values }: SentBucket,
  row: Record<string, unknown>,
  compared: readonly Quantity[],
  {
    station,
    meanFrom,
    scope: { source, level },
  }: { station: KnownStation; meanFrom: MeanFrom; scope: Scope },
): Compared[] {
  const length = (bucketEnd(level, start, station.zone) - start) / 60_000;
  return compared.flatMap((quantity): Compared[] => {
    const { name, part, unit } = quantity;
    const their = theirs(quantity, values);
    if (their === undefined) return [];
    const our = ours(quantity, row);
    const tolerance = toleranceOf(quantity, their, meanFrom);
    const difference = our === undefined ? undefined : differenceOf(part, our, their);
    const minutes = {
      ours: numberOf(row[`${name}_duration`]) ?? 0,
      // Of its climatology values the station says no duration.
      theirs: numberOf(values[`${name}_duration`]) ?? length,
    };
    return [
      {
        source,
        level,
        start: level === 'A' ? null : writeTime(start, station.zone),
        measure: name,
        part,
        unit,
        ours: our ?? null,
        theirs: their,
        difference: difference ?? null,
        tolerance: tolerance ?? null,
        verdict: judge(difference, tolerance),
        ...(minutes.ours < minutes.theirs && Number.isFinite(length) && { incomplete: minutes }),
      },
    ];
  });
}

/** Of directions the short way round: 0° is 5° from 355°. */
const differenceOf = (part: Part, our: number, their: number) =>
  part === 'max_dir' ? ((((our - their + 180) % 360) + 360) % 360) - 180 : our - their;

function judge(difference: number | undefined, tolerance: number | undefined): Compared['verdict'] {
  if (tolerance === undefined) return 'unchecked';
  if (difference === undefined) return 'missing';
  return Math.abs(difference) <= tolerance ? 'agrees' : 'differs';
}
