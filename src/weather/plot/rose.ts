import type { ClientBase } from 'pg';
import type { Measure } from '../measures.ts';
import type { KnownStation } from '../read/find-by-name.ts';
import type { Period } from '../read/bucket-period.ts';
import type { Panel } from './chart.ts';
import { compass, labelOf } from './labels.ts';
import { WIDTH } from './time-axis.ts';

/** Speeds of the Beaufort scale, m/s, from which a class begins (WMO); below 0.3 it is calm. */
const classes = [
  { name: '0.3–1.5', from: 0.3, color: '#d4e6f4' },
  { name: '1.6–3.3', from: 1.55, color: '#9ecae1' },
  { name: '3.4–5.4', from: 3.35, color: '#5aa9cf' },
  { name: '5.5–7.9', from: 5.45, color: '#2b7bb5' },
  { name: '8.0–10.7', from: 7.95, color: '#f2b450' },
  { name: '10.8–13.8', from: 10.75, color: '#e07b39' },
  { name: '13.9 and more', from: 13.85, color: '#b3261e' },
] as const;

const CALM = classes[0].from;

/** Minutes of wind by direction and speed. */
export interface WindRose {
  /** Of all observations with a speed. */
  minutes: number;
  calm: number;
  /** It blew, but the station gave no direction. */
  unknown: number;
  /** By direction of the compass, clockwise from north, then by class of speed. */
  sectors: number[][];
}

/**
 * How long the wind of a period, the observations in (start, end], blew from where and how fast: the mean speed of each
 * observation, else its value, with its direction.
 */
export async function readRose(
  db: ClientBase,
  { id }: KnownStation,
  { start, end }: Period,
  { name, facets }: Measure,
): Promise<WindRose> {
  const speed = facets.includes('avg') ? `coalesce(${name}_avg, ${name})` : name;
  const { rows } = await db.query<{ sector: number | null; class: number; minutes: number }>(
    `select (round(${name}_dir / 22.5)::int % 16) as sector,
       width_bucket(${speed}, $4::float8[]) as class, sum(coalesce(${name}_duration, duration)) as minutes
     from observation
     where station_id = $1 and stop > $2 and stop <= $3 and ${speed} is not null
     group by 1, 2`,
    [id, new Date(start), new Date(end), classes.map(({ from }) => from)],
  );
  const rose: WindRose = {
    minutes: 0,
    calm: 0,
    unknown: 0,
    sectors: compass.map(() => classes.map(() => 0)),
  };
  for (const row of rows) {
    rose.minutes += row.minutes;
    if (row.class === 0) rose.calm += row.minutes;
    else if (row.sector === null) rose.unknown += row.minutes;
    else rose.sectors[row.sector]![row.class - 1]! += row.minutes;
  }
  return rose;
}

/** Directions that the wind came from, in percent of the time observed, by class of speed. */
export function rosePanel(rose: WindRose, m: Measure): Panel {
  const percent = (minutes: number) => (rose.minutes > 0 ? (100 * minutes) / rose.minutes : 0);
  const used = classes
    .map((each, i) => ({ ...each, i }))
    .filter(({ i }) => rose.sectors.some((s) => s[i]! > 0));
  const rest = [
    `${Math.round(rose.minutes / 60)} hours observed`,
    `calm (under ${CALM} m/s) ${percent(rose.calm).toFixed(1)} %`,
  ];
  if (percent(rose.unknown) >= 0.05) rest.push(`no direction ${percent(rose.unknown).toFixed(1)} %`);
  return {
    title: `${labelOf(m)} rose: where it blew from, % of the time${rose.minutes > 0 ? '' : ': no data in this period'}`,
    remark: rest.join('\n'),
    width: WIDTH,
    height: 400,
    option: {
      polar: { center: ['50%', '53%'], radius: ['4%', '76%'] },
      angleAxis: {
        type: 'category',
        data: [...compass],
        // North on top, in the middle of its sector.
        startAngle: 90 + 11.25,
        clockwise: true,
        axisTick: { show: false },
        axisLine: { lineStyle: { color: '#bbb' } },
        axisLabel: { color: '#333', interval: 0 },
        splitLine: { show: false },
      },
      radiusAxis: {
        min: 0,
        splitNumber: 4,
        axisLine: { show: false },
        axisTick: { show: false },
        axisLabel: {
          color: '#555',
          showMinLabel: false,
          showMaxLabel: false,
          formatter: '{value} %',
          fontSize: 11,
          backgroundColor: 'rgba(255,255,255,0.7)',
        },
        splitLine: { lineStyle: { color: '#ddd' } },
        z: 10,
      },
      legend: {
        orient: 'vertical',
        right: 120,
        top: 80,
        icon: 'roundRect',
        itemWidth: 14,
        itemHeight: 12,
        textStyle: { color: '#333' },
        data: used.map(({ name }) => `${name} m/s`).reverse(),
      },
      series: used.map(({ name, color, i }) => ({
        type: 'bar',
        name: `${name} m/s`,
        coordinateSystem: 'polar',
        stack: 'rose',
        color,
        barCategoryGap: '12%',
        data: rose.sectors.map((sector) => percent(sector[i]!)),
      })),
    },
  };
}
