/**
 * The columns of Météo-France's hourly files (« données climatologiques de base horaires », its description of
 * fields) and what they are among our measures. Units agree: °C, %, hPa, mm, m/s, degrees, J/cm².
 */

/** A column that is a part of one of our measures, or of several. */
export interface Mapped {
  column: string;
  /** Our names of it, as layout B has them. */
  keys: readonly string[];
  /** `direction`: 0 means calm, north is 360; `time`: HHMM of the extreme in column `of`. */
  kind: 'number' | 'direction' | 'time';
  of?: string;
}

const number = (column: string, ...keys: string[]): Mapped => ({ column, keys, kind: 'number' });
const direction = (column: string, ...keys: string[]): Mapped => ({ column, keys, kind: 'direction' });
const time = (column: string, of: string, ...keys: string[]): Mapped => ({ column, keys, kind: 'time', of });

/**
 * Wind: FF is the mean of the ten minutes before the hour, the network's `wind10`, and the best there is for
 * `wind`; the network's stations send the strongest gust as `wind_max`, so FXI is that as well as `gust_max`.
 */
export const mapped: readonly Mapped[] = [
  number('T', 'out_temp'),
  number('TN', 'out_temp_min'),
  time('HTN', 'TN', 'out_temp_min_time'),
  number('TX', 'out_temp_max'),
  time('HTX', 'TX', 'out_temp_max_time'),
  number('TD', 'dewpoint'),
  number('T10', 'soil_temp'),
  number('U', 'humidity'),
  number('UN', 'humidity_min'),
  time('HUN', 'UN', 'humidity_min_time'),
  number('UX', 'humidity_max'),
  time('HUX', 'UX', 'humidity_max_time'),
  number('PMER', 'barometer'),
  number('PMERMIN', 'barometer_min'),
  number('PSTAT', 'pressure'),
  number('RR1', 'rain'),
  number('FF', 'wind', 'wind10'),
  direction('DD', 'wind_dir', 'wind10_dir'),
  number('FXY', 'wind10_max'),
  direction('DXY', 'wind10_max_dir'),
  time('HXY', 'FXY', 'wind10_max_time'),
  number('FXI', 'wind_max', 'gust_max'),
  direction('DXI', 'wind_max_dir', 'gust_max_dir'),
  time('HXI', 'FXI', 'wind_max_time', 'gust_max_time'),
  number('GLO', 'radiation'),
  number('UV_INDICE', 'uv_indice'),
];

/** Names of the two columns that every file must have; the second spellings are of older deliveries. */
export const POST = ['NUM_POSTE', 'POSTE'];
export const HOUR = ['AAAAMMJJHH', 'DATE'];
export const NAME = 'NOM_USUEL';
/** Where the post stands: not an observation. */
export const ABOUT_THE_POST: ReadonlySet<string> = new Set([NAME, 'LAT', 'LON', 'ALTI']);

/** Columns of quality codes are named `Q<column>`, but for these slips in the files themselves. */
const SLIPS: Readonly<Record<string, string>> = { QPERMIN: 'PMERMIN', QCB2: 'B2' };

/** The column whose quality codes stand in this one, among the file's columns; undefined when it is another kind. */
export function qualityOf(column: string, columns: ReadonlySet<string>): string | undefined {
  const of = SLIPS[column] ?? (column.startsWith('Q') ? column.slice(1) : undefined);
  return of !== undefined && columns.has(of) ? of : undefined;
}

/** Protected, validated, filtered: good. */
export const GOOD: ReadonlySet<string> = new Set(['0', '1', '9']);
/** « Donnée douteuse en cours de vérification ». */
export const DOUBTFUL = '2';
