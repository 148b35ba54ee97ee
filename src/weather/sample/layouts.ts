import { writeLocal } from '../local-time.ts';
import type { Zone } from '../../time/zone.ts';
import type { SampleStation } from './climate.ts';
import { PERIOD_MINUTES, type SampleObservation } from './instruments.ts';

/** `A`: "current", as stations sent in 2021; `B`: "valeurs", from 2022 on. */
export type Layout = 'A' | 'B';

/** An entry of a file. */
export interface SampleEntry {
  meteor: string;
  info: Record<string, unknown>;
  data: Record<string, unknown>[];
}

const HOUR = 3_600_000;

/** The entries of a file of these observations: one an observation in layout A, one in all in layout B. */
export function entriesOf(
  station: SampleStation,
  zone: Zone,
  layout: Layout,
  observations: readonly SampleObservation[],
): SampleEntry[] {
  const local = (instant: number) => writeLocal(zone.toLocal(instant));
  if (layout === 'A') {
    return observations.map((o) => ({
      meteor: station.code,
      version: 2,
      info: { title: 'simulated by Regie', last_update: local(o.stop).replace('T', ' ') },
      data: [
        {
          start_dat: local(o.start),
          stop_dat: local(o.stop),
          current: Object.assign(o.values, { duration: PERIOD_MINUTES }),
          ...(o.etp !== undefined && {
            aggregations: [{ level: 'H', etp_sum: o.etp, start_dat: local(o.stop - HOUR) }],
          }),
        },
      ],
    }));
  }
  const data = observations.map((o) => ({
    stop_dat: local(o.stop),
    duration: PERIOD_MINUTES,
    valeurs: Object.assign(o.values, { end_valeurs: 0 }),
  }));
  return [{ meteor: station.code, info: { version: 1, json_type: 'O', title: 'simulated by Regie' }, data }];
}
