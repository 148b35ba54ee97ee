import type { ClientBase } from 'pg';
import { measures, type Measure } from '../measures.ts';
import { knownMeasures } from '../read/known-measures.ts';
import type { KnownStation } from '../read/find-by-name.ts';
import type { Period } from '../read/bucket-period.ts';
import { readBuckets, type Bucket, type PlotLevel } from './buckets.ts';
import type { Panel } from './chart.ts';
import { completenessPanel } from './completeness-panel.ts';
import { extremesPanel } from './extremes-panel.ts';
import { readRose, rosePanel } from './rose.ts';
import { totalPanel } from './total-panel.ts';

const named = (name: string) => measures.find((m) => m.name === name)!;

/**
 * Panels of the usual picture of a station: temperature, rain, pressure, wind, its rose, completeness; of those that it
 * measures. Of pressures that at sea level, where it has that one. All that it measures where it is none of these.
 */
export async function usualPanels(
  db: ClientBase,
  station: KnownStation,
  level: PlotLevel,
  period: Period,
): Promise<Panel[]> {
  const known = await knownMeasures(db, station);
  const measured = (...names: string[]) => names.filter((name) => known.has(name)).map(named);
  const pressure = known.has('barometer') ? 'barometer' : 'pressure';
  const shown = measured('out_temp', 'rain', pressure, 'wind');
  if (shown.length === 0) {
    return chosenPanels(db, station, level, period, measured(...measures.map(({ name }) => name)));
  }
  const watched = measured('out_temp', 'humidity', pressure, 'rain', 'wind', 'radiation');
  const buckets = await readBuckets(db, station, level, period, watched);
  const panels = shown.map((m) => measurePanel(buckets, level, m));
  for (const m of measured('wind')) panels.push(rosePanel(await readRose(db, station, period, m), m));
  return [...panels, completenessPanel(buckets, level, watched)];
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
