import type { ClientBase } from 'pg';
import { draw } from '../plot/chart.ts';
import { page } from '../plot/plot-page.ts';
import { usualPanels } from '../plot/panels.ts';
import { escape } from '../plot/picture.ts';
import { spellZone, titleOf } from '../plot/plot-station.ts';
import { findStation } from '../read/find-by-name.ts';
import { readMonth, type Day, type Month } from './month.ts';
import { monthTable, number } from './month-table.ts';

export interface Report {
  title: string;
  station: string;
  /** `2021-06`. */
  month: string;
  /** Days with data. */
  days: number;
  /** A whole page, self-contained. */
  html: string;
}

/**
 * The report of a station's month: its climatological table and pictures. Throws `NotFound` for a station there is none
 * of, RangeError when `month` is none, `NoData` when the station has nothing of it.
 * @param month `2021-06`
 */
export async function report(db: ClientBase, code: string, month: string): Promise<Report> {
  const station = await findStation(db, code);
  const table = await readMonth(db, station, month);
  const panels = await usualPanels(db, station, 'D', table.period);
  const title = await titleOf(db, station);
  const known = table.days.filter(
    ({ complete, mean, rain }) => complete > 0 || mean !== null || rain !== null,
  );
  const body = `<h1>${escape(title)}</h1>
<p class="subtitle">${escape(`${inWords(month)}, local time ${spellZone(station.zone, table.period)}`)}</p>
<ul class="facts">${facts(table)
    .map((fact) => `<li>${escape(fact)}</li>`)
    .join('')}</ul>
${monthTable(table)}
${notes(table)}
${panels.map((panel) => `<figure>${draw(panel)}</figure>`).join('\n')}`;
  return {
    title: `${title}, ${inWords(month)}`,
    station: station.code,
    month,
    days: known.length,
    html: page(`${title}, ${inWords(month)}`, body, style),
  };
}

function inWords(month: string): string {
  return new Date(`${month}-01T00:00:00Z`).toLocaleDateString('en', {
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  });
}

function facts({ days, whole }: Month): string[] {
  const some = (n: number) => `${n} ${n === 1 ? 'day' : 'days'}`;
  const measured = days.filter(({ mean }) => mean !== null).length;
  const rainy = (least: number) => days.filter(({ rain }) => rain !== null && rain >= least - 1e-9).length;
  const complete = days.filter((day) => day.complete >= 0.9999).length;
  return [
    ...(whole.mean === null ? [] : [`Mean temperature ${number(whole.mean, 1)} °C over ${some(measured)}`]),
    ...(whole.rain === null
      ? []
      : [
          `Rain ${number(whole.rain, 1)} mm; ${some(rainy(1))} with 1 mm or more, ${rainy(10)} with 10 mm or more`,
        ]),
    `${complete} of ${days.length} days complete`,
  ];
}

function notes({ days, windMaxOf }: Month): string {
  const omm = days.some(({ omm }: Day) => Object.values(omm).some((value) => value !== null));
  const lines = [
    'A day is (00:00, 24:00] of local time. Means are weighted by the time observed; the mean of Tn and Tx is that of the days. Values outside their limits and excluded ones are left out.',
    'Complete: the smallest share of the day that one of temperature, humidity, pressure, rain and wind covers, of those that the station has.',
    ...(windMaxOf === 'wind' ? [] : ['Gust max: the strongest gust.']),
    ...(omm
      ? [
          'WMO (OMM): Tn from 19:00 of the day before to 19:00, Tx and rain from 07:00 to 07:00 of the day after, Tm of the values on the hour.',
        ]
      : []),
  ];
  return `<p class="notes">${lines.map(escape).join('<br>')}</p>`;
}

const style = `h1 { font-size: 24px; margin: 0; }
.subtitle { margin: 2px 0 12px; color: #555; }
.facts { margin: 0 0 14px; padding-left: 18px; }
table { border-collapse: collapse; width: 100%; font-size: 12.5px; font-variant-numeric: tabular-nums; }
th, td { padding: 2px 5px; text-align: right; white-space: nowrap; border-bottom: 1px solid #e4e4e4; }
thead th { border-bottom: 2px solid #888; vertical-align: bottom; }
thead th:first-child { text-align: left; }
thead small { display: block; font-weight: 400; color: #666; }
td small { color: #777; font-size: 10.5px; }
th[scope=row] { text-align: left; font-weight: 600; }
tbody tr:nth-child(5n) > * { border-bottom-color: #aaa; }
tfoot tr:first-child > * { border-top: 2px solid #888; }
.empty td { color: #999; background: #f6f6f6; }
.partial { color: #a33; }
.notes { font-size: 11.5px; color: #555; }
figure { margin: 10px 0; break-inside: avoid; }
@media print { @page { size: A4; margin: 12mm; } body { margin: 0; max-width: none; padding: 0; } table { font-size: 9.5px; } td small { font-size: 8px; } tr { break-inside: avoid; } th, td { padding: 1px 3px; } }
`;
