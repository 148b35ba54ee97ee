import type { Zone } from '../../time/zone.ts';
import { compassPoint } from '../plot/labels.ts';
import { escape } from '../plot/picture.ts';
import { writeTime } from '../read/write-time.ts';
import type { Day, Extreme, Month } from './month.ts';
import { summarize } from './month-summary.ts';

/** A column of the table: the number of a day, and how it is printed. */
interface Column {
  /** The measure that it is of. */
  of: string;
  head: string;
  /** Hover text. */
  title: string;
  unit: string;
  value(day: Day): number | null;
  digits: number;
  /** HTML beside the number: time, direction. */
  beside?(day: Day): string;
  /** What the row of means says; the mean of the days when left out. */
  whole?: number | null;
  /** The column's sum means something. */
  sums?: boolean;
}

/** The table of days, with the month's means, sums and extremes below, as HTML. */
export function monthTable(month: Month): string {
  const columns = columnsOf(month);
  const head = columns.map(
    ({ head, title, unit }) =>
      `<th scope="col" title="${escape(title)}">${escape(head)}<small>${escape(unit)}</small></th>`,
  );
  const rows = month.days.map(
    (day) =>
      `<tr${columns.every(({ value }) => value(day) === null) ? ' class="empty"' : ''}><th scope="row">${Number(day.date.slice(8))}</th>${columns
        .map((column) => cell(number(column.value(day), column.digits), column.beside?.(day)))
        .join('')}${cell(percent(day.complete), undefined, day.complete < 0.9999 ? 'partial' : '')}</tr>`,
  );
  return `<table>
<thead><tr><th scope="col">Day</th>${head.join('')}<th scope="col" title="smallest share of the day that a measure of this table covers">Complete</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
<tfoot>
${footer(month, columns).join('\n')}
</tfoot>
</table>`;
}

/** Of what the station measures. */
function columnsOf({ station: { zone }, whole, known, windMaxOf }: Month): Column[] {
  const at = (extreme: Extreme | null) => (extreme?.at ? clock(extreme.at, zone) : '');
  const columns: Column[] = [
    {
      of: 'out_temp',
      head: 'Tn',
      title: 'lowest air temperature',
      unit: '°C',
      value: (d) => d.min?.value ?? null,
      digits: 1,
      beside: (d) => at(d.min),
    },
    {
      of: 'out_temp',
      head: 'Tx',
      title: 'highest air temperature',
      unit: '°C',
      value: (d) => d.max?.value ?? null,
      digits: 1,
      beside: (d) => at(d.max),
    },
    {
      of: 'out_temp',
      head: 'Tm',
      title: 'mean air temperature',
      unit: '°C',
      value: (d) => d.mean,
      digits: 1,
      whole: whole.mean,
    },
    {
      of: 'rain',
      head: 'Rain',
      title: 'rain from 00:00 to 24:00',
      unit: 'mm',
      value: (d) => d.rain,
      digits: 1,
      sums: true,
    },
    {
      of: 'wind',
      head: 'Wind',
      title: 'mean wind speed',
      unit: 'm/s',
      value: (d) => d.wind,
      digits: 1,
      whole: whole.wind,
    },
    {
      of: windMaxOf,
      head: windMaxOf === 'gust' ? 'Gust max' : 'Wind max',
      title: 'strongest wind, its direction and time',
      unit: 'm/s',
      value: (d) => d.windMax?.value ?? null,
      digits: 1,
      beside: (d) => [direction(d.windMax), at(d.windMax)].filter((part) => part !== '').join(' '),
    },
    {
      of: 'barometer',
      head: 'Pressure',
      title: 'mean pressure at sea level',
      unit: 'hPa',
      value: (d) => d.pressure,
      digits: 1,
      whole: whole.pressure,
    },
    {
      of: 'humidity',
      head: 'Humidity',
      title: 'mean relative humidity',
      unit: '%',
      value: (d) => d.humidity,
      digits: 0,
      whole: whole.humidity,
    },
    {
      of: 'out_temp_omm',
      head: 'Tn WMO',
      title: 'minimum from 19:00 of the day before to 19:00',
      unit: '°C',
      value: (d) => d.omm.min,
      digits: 1,
    },
    {
      of: 'out_temp_omm',
      head: 'Tx WMO',
      title: 'maximum from 07:00 to 07:00 of the day after',
      unit: '°C',
      value: (d) => d.omm.max,
      digits: 1,
    },
    {
      of: 'out_temp_omm',
      head: 'Tm WMO',
      title: 'mean of the values on the hour',
      unit: '°C',
      value: (d) => d.omm.mean,
      digits: 1,
      whole: whole.omm.mean,
    },
    {
      of: 'rain_omm',
      head: 'Rain WMO',
      title: 'rain from 07:00 to 07:00 of the day after',
      unit: 'mm',
      value: (d) => d.omm.rain,
      digits: 1,
      sums: true,
    },
  ];
  return columns.filter(({ of }) => known.has(of));
}

function footer({ days }: Month, columns: readonly Column[]): string[] {
  const summaries = columns.map((column) => summarize(days, column.value));
  const row = (name: string, cells: string[]) =>
    `<tr><th scope="row">${name}</th>${cells.join('')}<td></td></tr>`;
  const extreme = (which: 'lowest' | 'highest') =>
    columns.map(({ digits }, i) => {
      const found = summaries[i]![which];
      return found ? cell(number(found.value, digits), `on ${Number(found.date.slice(8))}`) : cell('');
    });
  return [
    row(
      'Mean',
      columns.map(({ digits, whole }, i) => cell(number(whole ?? summaries[i]!.mean, digits))),
    ),
    row(
      'Sum',
      columns.map(({ digits, sums }, i) => cell(sums ? number(summaries[i]!.sum, digits) : '')),
    ),
    row('Highest', extreme('highest')),
    row('Lowest', extreme('lowest')),
  ];
}

const cell = (text: string, beside = '', className = '') =>
  `<td${className && ` class="${className}"`}>${text}${beside && ` <small>${escape(beside)}</small>`}</td>`;

/** A minus sign, not a hyphen; no −0.0. */
export function number(value: number | null, digits: number): string {
  if (value === null) return '–';
  const text = value.toFixed(digits);
  return Number(text) === 0 ? text.replace('-', '') : text.replace('-', '−');
}

const percent = (share: number) => `${Math.floor(share * 100 + 1e-6)} %`;

const clock = (instant: number, zone: Zone) => writeTime(instant, zone).slice(11, 16);

const direction = (extreme: Extreme | null) =>
  extreme?.dir === null || extreme?.dir === undefined
    ? ''
    : `${Math.round(extreme.dir)}° ${compassPoint(extreme.dir)}`;
