import { defineFormat, z } from 'regie';

/** What a buoy sends: `{ "buoy": "B7", "readings": { "2026-11-20T10:00:00Z": { "air": 26.1, "hPa": 1013.2 } } }`. */
const document = z.object({
  buoy: z.string(),
  readings: z.record(z.string(), z.object({ air: z.number().optional(), hPa: z.number().optional() })),
});

/** Air above the sea, as buoys send it, ten minutes each: observations of the weather network's stations. */
export const buoy = defineFormat({
  name: 'buoy',
  // Beside `match` and `format`, in a task's `formats`.
  settings: z.strictObject({
    /** The station that stands for each buoy. */
    stations: z.record(z.string(), z.string()),
  }),
  open: ({ stations }) => ({
    read(bytes, file) {
      let found: unknown;
      try {
        found = JSON.parse(bytes.toString('utf8'));
      } catch (error) {
        return file.fail('broken-json', `${String(error)}; have the buoy send it again`);
      }
      const parsed = document.safeParse(found);
      if (!parsed.success) {
        const [{ path, message } = { path: [], message: '' }] = parsed.error.issues;
        return file.fail(
          'not-a-buoy',
          `${path.join('.') || 'the file'}: ${message}; expected "buoy" and "readings"`,
        );
      }
      const station = stations[parsed.data.buoy];
      if (station === undefined || !file.belongsTo(station))
        return file.fail(
          'unknown-station',
          `nobody knows the buoy ${parsed.data.buoy}; ${file.knownStations()}`,
        );
      for (const [stop, { air, hPa }] of Object.entries(parsed.data.readings))
        file.observation(
          { station, stop, duration: 10, values: { out_temp: air, barometer: hPa } },
          { stop },
        );
    },
  }),
});
