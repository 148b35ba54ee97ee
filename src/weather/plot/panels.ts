import type { ClientBase } from 'pg';
import { measures, type Measure } from '../measures.ts';
import type { KnownStation } from '../read/names.ts';
import type { Period } from '../read/period.ts';
import { readBuckets, type Bucket, type PlotLevel } from './buckets.ts';
import type { Panel } from './chart.ts';
import { completenessPanel } from './completeness-panel.ts';
import { extremesPanel } from './extremes-panel.ts';
import { readRose, rosePanel } from './rose.ts';
import { totalPanel } from './total-panel.ts';

const named = (name: string) => measures.find((m) => m.name === name)!;

/**
 * Panels of the usual picture of a station: temperature, rain, pressure, wind, its rose, completeness. Of pressures
 * that at sea level, where the station has it.
 */
export async function usualPanels(
  db: ClientBase,
  station: KnownStation,
  level: PlotLevel,
  period: Period,
): Promise<Panel[]> {
  const usual = ['out_temp', 'rain', 'barometer', 'pressure', 'humidity', 'wind', 'radiation'].map(named);
  const buckets = await readBuckets(db, station, level, period, usual);
  const there = (name: string) => buckets.some((bucket) => hasAny(bucket, name));
  const pressure = there('barometer') || !there('pressure') ? 'barometer' : 'pressure';
  const watched = ['out_temp', 'humidity', pressure, 'rain', 'wind'];
  return [
    measurePanel(buckets, level, named('out_temp')),
    measurePanel(buckets, level, named('rain')),
    measurePanel(buckets, level, named(pressure)),
    measurePanel(buckets, level, named('wind')),
    rosePanel(await readRose(db, station, period, named('wind')), named('wind')),
    // A station without a sunshine sensor lacks nothing; one that is silent for all of the period does.
    completenessPanel(buckets, level, [...watched, ...(there('radiation') ? ['radiation'] : [])].map(named)),
  ];
}

/** Panels of chosen measures: each over time, a rose after those that have directions, and their completeness. */
export async function chosenPanels(
  db: ClientBase,
  station: KnownStation,
  level: PlotLevel,
  period: Period,
  chosen: readonly Measure[],
): Promise<Panel[]> {
  const buckets = await readBuckets(db, station, level, period, chosen);
  const panels: Panel[] = [];
  for (const m of chosen) {
    panels.push(measurePanel(buckets, level, m));
    if (!m.facets.includes('dir')) continue;
    const rose = await readRose(db, station, period, m);
    if (rose.minutes > 0) panels.push(rosePanel(rose, m));
  }
  return [...panels, completenessPanel(buckets, level, chosen)];
}

function measurePanel(buckets: readonly Bucket[], level: PlotLevel, m: Measure): Panel {
  return m.aggregate === 'total' ? totalPanel(buckets, level, m) : extremesPanel(buckets, level, m);
}

const hasAny = (bucket: Bucket, name: string) => bucket.get(name, 'duration') !== null;
