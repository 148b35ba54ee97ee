import type { ClientBase } from 'pg';
import { zoneOf, type Zone } from '../../time/zone.ts';
import { levels, measures, type Level, type Measure } from '../measures.ts';
import { NotFound } from '../../task/not-found.ts';

export interface KnownStation {
  id: number;
  code: string;
  zone: Zone;
}

/** The station of a code, in any case. @throws Unknown with the codes there are. */
export async function findStation(db: ClientBase, code: string): Promise<KnownStation> {
  const { rows } = await db.query<{ id: number; code: string; timezone: string }>(
    'select id, code, timezone from station order by code',
  );
  const station =
    rows.find((row) => row.code === code) ??
    rows.find((row) => row.code.toLowerCase() === code.toLowerCase());
  if (!station) {
    const known = rows.map((row) => row.code).join(', ');
    throw new NotFound(
      `There is no station ${JSON.stringify(code)}: expected one of ${known || '(none yet)'}.`,
    );
  }
  return { id: station.id, code: station.code, zone: zoneOf(station.timezone) };
}

const inWords: Record<Level, string> = { H: 'hour', D: 'day', M: 'month', Y: 'year', A: 'all' };

/** A level by its letter or its word, in any case: `D`, `day`. @throws Unknown with the levels there are. */
export function findLevel(name: string): Level {
  const wanted = name.toLowerCase();
  const level = levels.find((l) => l.toLowerCase() === wanted || inWords[l] === wanted);
  if (level) return level;
  const known = levels.map((l) => `${l} (${inWords[l]})`).join(', ');
  throw new NotFound(`There is no level ${JSON.stringify(name)}: expected ${known}.`);
}

/** Measures by name, in any case, in the order of the catalogue; all of them when none is named. @throws Unknown */
export function findMeasures(
  names: readonly string[],
  among: readonly Measure[] = measures,
): readonly Measure[] {
  if (names.length === 0) return among;
  const wanted = new Set<Measure>();
  for (const name of names) {
    const measure = among.find((m) => m.name === name.toLowerCase());
    if (!measure) {
      const known = among.map((m) => m.name).join(', ');
      throw new NotFound(`There is no measure ${JSON.stringify(name)}: expected some of ${known}.`);
    }
    wanted.add(measure);
  }
  return among.filter((m) => wanted.has(m));
}
