import { compare, isWrong, type Comparison, type Scope } from '../compare/compare-aggregates.ts';
import type { Compared } from '../compare/compared.ts';
import type { Part } from '../compare/quantities.ts';
import { rounding } from '../compare/tolerances.ts';
import type { Summary } from '../compare/compare-summary.ts';
import { spellTime } from '../read/write-time.ts';
import { exit } from '../../command/exit.ts';
import type { Session } from '../../command/session.ts';
import { table } from '../../command/table.ts';
import { withTables } from './with-tables.ts';

export interface CompareFlags {
  from?: string;
  to?: string;
  level?: string;
  measure: string[];
  all?: true;
  tmp?: true;
}

/** Numbers beyond tolerance that are listed unless all are asked for: more tell no more of what is wrong. */
const LISTED = 20;

export async function showComparison(
  session: Session,
  station: string,
  { from, to, level, measure, all, tmp }: CompareFlags,
): Promise<void> {
  const { out } = session;
  const found = await withTables(session, tmp === true, (db) =>
    compare(db, station, {
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
      ...(level !== undefined && { level }),
      measures: measure,
      ...(all ? { all } : { limit: LISTED }),
    }),
  );
  if (!found.agrees) session.exitCode = exit.failed;
  out.answer(found, () => tell(found, out.colors));
}

type Colors = Session['out']['colors'];

function tell(found: Comparison, colors: Colors): string {
  const { station, meanFrom, scopes, summary, values, waiting } = found;
  const pending =
    waiting > 0
      ? [`${waiting} ${waiting === 1 ? 'hour waits' : 'hours wait'} to be aggregated: ours may still change.`]
      : [];
  if (scopes.length === 0) {
    return [
      `${station}: nothing to compare. The station sent neither "validation" nor "aggregations" of such buckets.`,
      ...pending,
    ].join('\n');
  }
  if (summary.length === 0) {
    return [
      `${station}: nothing to compare.`,
      ...scopes.map(describe),
      'The station sent aggregates, but no observations of the same buckets and measures are here.',
      ...pending,
    ].join('\n');
  }
  return [
    `${station}: our aggregates and the station's own; our means from ${meanFrom} values.`,
    ...scopes.map(describe),
    ...pending,
    '',
    summaryTable(summary, colors),
    '',
    ...(values.length > 0 ? [valueTable(values, colors), ''] : []),
    verdict(found),
  ].join('\n');
}

const levelNames = { H: 'hour', D: 'day', M: 'month', Y: 'year', A: 'all time' } as const;

function describe({ source, level, buckets, unobserved }: Scope): string {
  const name = level === 'A' || buckets === 1 ? levelNames[level] : `${levelNames[level]}s`;
  const without = unobserved > 0 ? `; ${unobserved} without observations, so not compared` : '';
  return `  ${source}: ${buckets} ${name}${without}`;
}

function summaryTable(summary: readonly Summary[], colors: Colors): string {
  return table(
    [
      'SENT AS',
      'LEVEL',
      'MEASURE',
      'WHAT',
      'COMPARED',
      'AGREE',
      'MISSING',
      'WORST',
      'TOLERANCE',
      'AT',
      'VERDICT',
    ],
    gather(summary).map(({ parts, line }) => {
      const { source, level, measure, unit, buckets, agree, missing, worst, verdict } = line;
      const equal = isExact(line);
      return [
        source,
        level,
        measure,
        parts.join(', '),
        String(buckets),
        verdict === 'unchecked' ? '-' : String(agree),
        missing > 0 ? String(missing) : '-',
        worst && !equal ? withUnit(signed(worst.difference!), unit) : '-',
        worst ? tolerance(worst) : '-',
        worst && !equal && worst.difference !== 0 ? moment(worst.start) : '-',
        word(verdict, colors),
      ];
    }),
    [4, 5, 6, 7, 8],
  );
}

/** Parts of a measure that are equal, digit by digit, stand in one line: there is nothing more to tell of them. */
function gather(summary: readonly Summary[]): { parts: Part[]; line: Summary }[] {
  const gathered: { parts: Part[]; line: Summary }[] = [];
  for (const line of summary) {
    const alike = gathered.find(
      (other) =>
        isExact(line) &&
        isExact(other.line) &&
        (['source', 'level', 'measure', 'buckets'] as const).every((key) => other.line[key] === line[key]),
    );
    if (alike) alike.parts.push(line.part);
    else gathered.push({ parts: [line.part], line });
  }
  return gathered;
}

const isExact = ({ verdict, worst }: Summary) =>
  verdict === 'agrees' && worst !== undefined && tolerance(worst) === 'exact';

function valueTable(values: readonly Compared[], colors: Colors): string {
  return table(
    ['SENT AS', 'LEVEL', 'START', 'MEASURE', 'WHAT', 'OURS', 'THEIRS', 'DIFFERENCE', 'TOLERANCE', 'VERDICT'],
    values.map((value) => [
      value.source,
      value.level,
      moment(value.start),
      value.measure,
      value.part,
      value.ours === null ? '-' : digits(value.ours),
      digits(value.theirs),
      value.difference === null ? '-' : withUnit(signed(value.difference), value.unit),
      tolerance(value),
      word(value.verdict, colors) +
        (isWrong(value) && value.incomplete
          ? ` (${value.incomplete.ours} of their ${value.incomplete.theirs} minutes)`
          : ''),
    ]),
    [5, 6, 7, 8],
  );
}

function verdict({ agrees, summary, values, more }: Comparison): string {
  const count = (key: 'buckets' | 'agree' | 'differ' | 'missing') =>
    summary.reduce((sum, line) => sum + line[key], 0);
  const unchecked = count('buckets') - count('agree') - count('differ') - count('missing');
  const beside = unchecked > 0 ? ` (${unchecked} without a check)` : '';
  const agreeing = `${count('agree')} ${count('agree') === 1 ? 'number agrees' : 'numbers agree'}${beside}`;
  if (agrees) return `${agreeing}; none is beyond tolerance.`;
  const parts = [
    ...(count('differ') > 0 ? [`${count('differ')} beyond tolerance`] : []),
    ...(count('missing') > 0 ? [`${count('missing')} that we have nothing of`] : []),
  ];
  const rest = more > 0 ? ` The first ${values.length} are above; --all lists every one.` : '';
  return `${agreeing}; ${parts.join(', ')}.${rest}`;
}

function word(verdict: Compared['verdict'], colors: Colors): string {
  if (verdict === 'agrees') return colors.green('agrees');
  if (verdict === 'unchecked') return colors.dim('no check');
  return colors.red(verdict === 'missing' ? 'MISSING' : 'DIFFERS');
}

/** What only rounding tells apart is "exact" to a reader. */
function tolerance({ tolerance, theirs }: Pick<Compared, 'tolerance' | 'theirs'>): string {
  if (tolerance === null) return '-';
  return tolerance <= rounding(theirs) ? 'exact' : String(tolerance);
}

const digits = (value: number) => String(Number(value.toPrecision(8)));

const signed = (value: number) => (value > 0 ? '+' : '') + String(Number(value.toPrecision(3)));

const withUnit = (text: string, unit: string) => (unit === '' ? text : `${text} ${unit}`);

const moment = (start: string | null) => (start === null ? 'all time' : spellTime(start));
