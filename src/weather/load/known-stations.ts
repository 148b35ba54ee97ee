import type { ClientBase } from 'pg';
import { zoneOf, type Zone } from '../../time/zone.ts';
import { limitsOf, rulesOf, type Rules, type StationLimits } from '../quality/limits.ts';
import type { WeatherSettings } from '../weather-settings.ts';

/** A station as the loader needs it. */
export interface Station {
  /** 0 until the row exists: a station found in a file is registered with the file's rows. */
  id: number;
  code: string;
  zone: Zone;
  /** What its values are checked against, as its settings have it. */
  rules: Rules;
  limits: StationLimits;
}

/** Codes that may be registered from a file: they become names of folders. */
const CODE = /^[A-Za-z0-9][\w.-]{0,9}$/;

const CODES_SHOWN = 20;

/** The stations that files may speak of, by code. */
export class Stations {
  private readonly byCode = new Map<string, Station>();
  private readonly settings: WeatherSettings;

  constructor(settings: WeatherSettings) {
    this.settings = settings;
  }

  add(id: number, code: string, timezone: string): Station {
    const rules = rulesOf(this.settings.stations[code]);
    const station: Station = { id, code, zone: zoneOf(timezone), rules, limits: limitsOf(rules) };
    this.byCode.set(code, station);
    return station;
  }

  /**
   * The station of a code. One that nobody knows is taken on (its row comes with its first observation)
   * where the configuration allows it; otherwise, and for a code that cannot be one, undefined.
   */
  find(code: string): Station | undefined {
    const known = this.byCode.get(code);
    if (known || !this.settings.autoRegister || !CODE.test(code)) return known;
    return this.add(0, code, this.settings.timezone);
  }

  /** Those that there are, in words, for a message: `known: GILLOT, FORX`. */
  describe(): string {
    const codes = [...this.byCode.keys()].sort();
    if (codes.length === 0) return 'no station is known yet';
    return `known: ${codes.slice(0, CODES_SHOWN).join(', ')}${codes.length > CODES_SHOWN ? ', …' : ''}`;
  }
}

/**
 * Brings table `station` in line with the configuration, and gives all stations, those registered from
 * files included. Stations that left the configuration keep their row: their observations need it. The rules of
 * stations that are there already are for `renewLimits` to change.
 */
export async function syncStations(db: ClientBase, settings: WeatherSettings): Promise<Stations> {
  const configured = Object.entries(settings.stations);
  await db.query(
    `insert into station as s (code, name, timezone, mean_from, checks)
     select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::jsonb[])
     on conflict (code) do update
       set name = excluded.name, timezone = excluded.timezone, mean_from = excluded.mean_from
       where (s.name, s.timezone, s.mean_from) is distinct from
             (excluded.name, excluded.timezone, excluded.mean_from)`,
    [
      configured.map(([code]) => code),
      configured.map(([, station]) => station.name ?? null),
      configured.map(([, station]) => station.timezone ?? settings.timezone),
      configured.map(([, station]) => station.meanFrom ?? settings.meanFrom),
      configured.map(([, station]) => JSON.stringify(rulesOf(station))),
    ],
  );
  const stations = new Stations(settings);
  const { rows } = await db.query<{ id: number; code: string; timezone: string }>(
    'select id, code, timezone from station',
  );
  for (const { id, code, timezone } of rows) stations.add(id, code, timezone);
  return stations;
}

/** Gives every new station its row. */
export async function registerStations(
  db: ClientBase,
  settings: WeatherSettings,
  stations: readonly Station[],
): Promise<void> {
  for (const station of stations) {
    if (station.id !== 0) continue;
    const { rows } = await db.query<{ id: number }>(
      `insert into station (code, timezone, mean_from, checks) values ($1, $2, $3, $4)
       on conflict (code) do update set code = excluded.code returning id`,
      [station.code, station.zone.name, settings.meanFrom, JSON.stringify(station.rules)],
    );
    station.id = rows[0]!.id;
  }
}

/** Undoes `registerStations` when its transaction was rolled back. */
export function forgetStations(stations: readonly Station[]): void {
  for (const station of stations) station.id = 0;
}
