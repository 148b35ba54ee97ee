import { expect, test } from 'vitest';
import { show } from '../../../src/weather/read/read-buckets.ts';
import { addStation, observe, runAggregate, weatherDatabase } from '../support/weather-database.ts';

test('rain of climatology is measured against its own day, which begins at 07:00', async () => {
  const { db, close } = await weatherDatabase();
  try {
    await addStation(db, 'PARIS', { timezone: 'Europe/Paris' });
    // Clocks go back on the 31st: its morning is 25 hours after that of the 30th.
    for (const stop of ['2021-10-30T12:00:00', '2021-10-31T12:00:00'])
      await observe(db, 'PARIS', { stop, rain: 1 });
    // Midnight is skipped on the 8th, which has its 07:00 all the same.
    await addStation(db, 'SANT', { timezone: 'America/Santiago' });
    for (const stop of ['2024-09-07T12:00:00', '2024-09-08T12:00:00'])
      await observe(db, 'SANT', { stop, rain: 1 });
    await runAggregate(db);
    const lengths = async (station: string, measure: string) =>
      (await show(db, station, 'D', { measures: [measure] })).map(({ length }) => length);
    expect(await lengths('PARIS', 'rain')).toEqual([1440, 1500]);
    expect(await lengths('PARIS', 'rain_omm')).toEqual([1500, 1440]);
    expect(await lengths('SANT', 'rain')).toEqual([1440, 1380]);
    expect(await lengths('SANT', 'rain_omm')).toEqual([1380, 1440]);
  } finally {
    await close();
  }
});
