import { fileURLToPath } from 'node:url';
import { defineModule, ok, table, warning, withDatabase } from 'regie';
import { readTides } from './read-tides.ts';
import { tides } from './section.ts';

interface Level {
  gauge: string;
  levels: number;
  last: string;
  metres: number;
}

/** Tide gauges: a module as an installation may have one of its own (docs/modules.md). */
export const tideGauges = defineModule({
  name: 'tides',
  sections: [tides],
  kinds: [readTides],
  migrations: fileURLToPath(new URL('./migrations', import.meta.url)),
  commands(program, session) {
    program
      .command('tides')
      .description('the tide gauges')
      .command('levels')
      .description('print the last level of each gauge')
      .action(async () => {
        const rows = await withDatabase(session, async (db) => {
          const found = await db.query<Level>(
            `select distinct on (gauge) gauge, count(*) over (partition by gauge)::int as levels,
               to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI"Z"') as last, metres
             from tides.level order by gauge, at desc`,
          );
          return found.rows;
        });
        session.out.answer(rows, () =>
          table(
            ['GAUGE', 'LEVELS', 'LAST', 'METRES'],
            rows.map(({ gauge, levels, last, metres }) => [gauge, String(levels), last, String(metres)]),
          ),
        );
      });
  },
  checks: [
    async ({ config, database }) => {
      const { rows = [] } =
        (await database?.query<{ gauge: string }>('select distinct gauge from tides.level')) ?? {};
      const known = new Set(rows.map(({ gauge }) => gauge));
      return Object.entries(tides.of(config).gauges).map(([code, { name }]) =>
        known.has(code)
          ? ok('tide gauge', `${name} has sent levels`)
          : warning(
              'tide gauge',
              `${name} has sent nothing yet`,
              `Put its files, ${code}-….txt, into the inbox.`,
            ),
      );
    },
  ],
});
