import { readFileSync } from 'node:fs';
import path from 'node:path';
import { openLoader, type Loader } from '../load/support.ts';

/** A loader that knows GILLOT (post 97418110), PARIS (75114001) and FORX. */
export const openFormats = (formats: unknown[], settings: Record<string, unknown> = {}): Promise<Loader> =>
  openLoader({
    weather: { stations: { GILLOT: {}, PARIS: { timezone: 'Europe/Paris' }, FORX: {} } },
    settings: { formats, ...settings },
  });

export const posts = { '97418110': 'GILLOT', 'PARIS-MONTSOURIS': 'PARIS' };

export const meteofrance = { match: '*.csv', format: 'meteofrance', stations: posts };
export const jsonV1 = { match: '*.v1.json', format: 'json-v1' };
export const rain = { match: '*.txt', format: 'rain' };

/** An hourly file: a header and rows of NUM_POSTE, AAAAMMJJHH and what is given. */
export function hours(columns: string, ...rows: string[]): string {
  return [`NUM_POSTE;AAAAMMJJHH;${columns}`, ...rows].map((line) => `${line}\r\n`).join('');
}

/** The messages of what was refused of a file, from the report beside it. */
export function rejectsOf(loader: Loader, file: string): string[] {
  const report = JSON.parse(readFileSync(path.join(loader.root, 'data/weather', file), 'utf8')) as {
    rejects: { message: string }[];
  };
  return report.rejects.map(({ message }) => message);
}

/** Observations: code, stop in UTC, and the columns asked for. */
export function observations(loader: Loader, columns: string): Promise<Record<string, unknown>[]> {
  return loader.query(
    `select s.code, to_char(o.stop at time zone 'UTC', 'YYYY-MM-DD HH24:MI') as stop, ${columns}
     from weather.observation o join weather.station s on s.id = o.station_id order by s.code, o.stop`,
  );
}
