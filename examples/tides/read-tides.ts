import { mkdir, readdir, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { defineKind, CommandRejected, z, type TaskContext } from 'regie';
import { tides } from './section.ts';

const settings = z.strictObject({
  /** Where files arrive; relative to the folder of `regie.config.ts`. They go to `done` or `refused` in it. */
  inbox: z.string().min(1).default('data/tides'),
});

type Settings = z.output<typeof settings>;

const folderOf = ({ config, settings: { inbox } }: Omit<TaskContext<Settings>, 'db'>) =>
  path.resolve(config.root, inbox);

async function filesOf(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => name.endsWith('.txt')).sort();
}

/** `2026-11-20T10:00Z 1.23`, a line a moment; undefined when it is none. */
function readLine(line: string): { at: Date; metres: number } | undefined {
  const [time = '', level = '', ...rest] = line.trim().split(/\s+/);
  const at = new Date(time);
  const metres = level === '' ? Number.NaN : Number(level);
  return rest.length === 0 && !Number.isNaN(at.getTime()) && Number.isFinite(metres)
    ? { at, metres }
    : undefined;
}

/** Takes the files of tide gauges, `PORT-2026-11-20.txt`, into the table `tides.level`. */
export const readTides = defineKind<Settings>({
  name: 'readTides',
  aliases: ['tides'],
  summary: 'Reads the files of tide gauges into the database',
  settings,
  dependsOn: [tides.key],
  every: '1m',
  folders: (given, root) => [path.resolve(root, given.inbox)],
  async poll(ctx) {
    const folder = folderOf(ctx);
    await mkdir(folder, { recursive: true });
    const files = await filesOf(folder);
    return { work: files.length > 0, waiting: [{ what: 'files of gauges', count: files.length }] };
  },
  async work(ctx) {
    const folder = folderOf(ctx);
    const { gauges } = tides.of(ctx.config);
    for (const name of ['done', 'refused']) await mkdir(path.join(folder, name), { recursive: true });
    const counts = { files: 0, levels: 0, refused: 0 };
    for (const file of await filesOf(folder)) {
      if (await ctx.shouldStop()) return { outcome: 'stopped', counts, changed: counts.levels > 0 };
      const gauge = file.split('-')[0]!;
      const lines = (await readFile(path.join(folder, file), 'utf8'))
        .split('\n')
        .filter((line) => line.trim());
      const levels = lines.flatMap((line) => readLine(line) ?? []);
      const fault = gauges[gauge]
        ? levels.length < lines.length && 'it has lines that are no "<time> <metres>"'
        : `there is no gauge ${gauge} in the section tides`;
      if (fault) {
        ctx.trace(`${file} is refused: ${fault}`);
        counts.refused += 1;
      } else {
        // First the database, then the move: killed in between, the next run says the same once more.
        await ctx.db.query(
          `insert into tides.level (gauge, at, metres, file)
           select $1, at, metres, $2 from unnest($3::timestamptz[], $4::float8[]) as level (at, metres)
           on conflict (gauge, at) do update set metres = excluded.metres, file = excluded.file`,
          [gauge, file, levels.map(({ at }) => at), levels.map(({ metres }) => metres)],
        );
        counts.levels += levels.length;
      }
      await rename(path.join(folder, file), path.join(folder, fault ? 'refused' : 'done', file));
      counts.files += 1;
      ctx.progress({ step: `reading ${file}`, counts });
    }
    return { outcome: 'done', counts, changed: counts.levels > 0 };
  },
  async attention({ db, config }) {
    const found: { at: string; text: string }[] = [];
    for (const [code, { name, alarm }] of Object.entries(tides.of(config).gauges)) {
      const { rows } = await db.query<{ at: Date; metres: number }>(
        'select at, metres from tides.level where gauge = $1 order by at desc limit 1',
        [code],
      );
      const [last] = rows;
      if (last && alarm !== undefined && last.metres >= alarm)
        found.push({
          at: last.at.toISOString(),
          text: `${name}: ${last.metres} m, alarm from ${alarm} m on`,
        });
    }
    return { count: found.length, latest: found, how: 'regie tides levels' };
  },
  commands: {
    forget: {
      summary: 'delete all levels of a gauge',
      options: { gauge: { value: 'code', summary: 'the gauge' } },
      async run({ db, config }, { gauge }, by) {
        if (typeof gauge !== 'string' || !tides.of(config).gauges[gauge])
          throw new CommandRejected(
            `there is no gauge ${String(gauge)}; expected --gauge with one of the section tides`,
          );
        const { rowCount } = await db.query('delete from tides.level where gauge = $1', [gauge]);
        return { text: `${rowCount} levels of ${gauge} deleted by ${by}` };
      },
    },
  },
});
