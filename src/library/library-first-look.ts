import type { Pool } from 'pg';
import type { Output } from '../command/output.ts';
import { table } from '../command/table.ts';
import { archive as archiveKind } from './archive/archive-kind.ts';
import { untilTrue, type FirstLook, type Where } from '../module/first-look.ts';

/** A record as the first look shows it. */
interface Shown {
  id: string;
  name: string;
  kind: string;
  title: string | null;
  bytes: string;
}

/**
 * What a new installation does with the demo's files: they are pulled from its FTP server, and the hotfolder's task
 * makes records of them. Does nothing where that does not run, no task pulls from there, or a file was ever taken in.
 */
export async function lookAtLibrary({
  config,
  pool,
  signal,
  served,
  say,
  runNow,
}: Where): Promise<FirstLook | undefined> {
  const pull = config.tasks.find(({ name }) => served.has(name));
  const archive = config.tasks.find(
    (task) => task.after === pull?.name && task.kind.name === archiveKind.name,
  );
  if (!pull || !archive || (await isInUse(pool))) return undefined;
  say(
    `The demo's pictures go from its FTP server through ${pull.name} and ${archive.name} into the library …`,
  );
  await runNow(pull);
  await untilTrue(pool, signal, {
    // Both have done something, and wait for nothing more; or the pull waits for its server.
    text: `select exists (select from library.record) and not exists (
             select from regie.run where task = any($1) and ended_at is null)
           or exists (select from regie.task where name = $2 and blocked_by is not null) as done`,
    values: [[pull.name, archive.name], pull.name],
  });
  if (signal.aborted) return undefined;
  const records = await readRecords(pool);
  if (records.length === 0) {
    say(`No picture came: \`regie status ${pull.name}\` says why.`);
    return undefined;
  }
  return { sample: { records }, describe: (colors) => describe(records, colors) };
}

/** Was a file ever taken in here? */
async function isInUse(pool: Pool): Promise<boolean> {
  const { rows } = await pool.query<{ used: boolean }>('select exists (select from library.event) as used');
  return rows[0]?.used ?? false;
}

async function readRecords(pool: Pool): Promise<Shown[]> {
  const { rows } = await pool.query<Shown>(
    `select r.id, r.name, r.kind, r.bytes, (
       select v.text from library.value v join library.field f on f.id = v.field_id
       where v.record_id = r.id and lower(f.name) = 'title' limit 1) as title
     from library.record r order by r.id limit 20`,
  );
  return rows;
}

function describe(records: readonly Shown[], colors: Output['colors']): string {
  return [
    '',
    colors.bold('Records of the library'),
    table(
      ['RECORD', 'FILE', 'KIND', 'BYTES', 'TITLE'],
      records.map(({ id, name, kind, bytes, title }) => [id, name, kind, bytes, title ?? '-']),
      [0, 3],
    ),
    '`regie library record 1` shows all of one; `regie library records` finds them.',
  ].join('\n');
}
