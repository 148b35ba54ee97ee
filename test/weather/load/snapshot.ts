import fs from 'node:fs';
import path from 'node:path';
import type { Loader } from './support.ts';

/** Everything that a run leaves behind, but for times, ids and run names. */
export async function snapshot(loader: Loader): Promise<unknown> {
  const { folders } = loader;
  const contents = (folder: string) =>
    fs.existsSync(folder)
      ? loader.files(folder).map((name) => {
          const text = fs.readFileSync(path.join(folder, name), 'utf8');
          return [name, text.replace(/"(?:at|run)": "[^"]*"/g, '')];
        })
      : [];
  return {
    inbox: contents(folders.inbox),
    work: contents(folders.work),
    archive: contents(folders.archive),
    failed: contents(folders.failed),
    observations: await loader.query(
      `select s.code, f.name, f.final_path, to_jsonb(o) - 'station_id' - 'file_id' as row
       from weather.observation o join weather.file f on f.id = o.file_id
       join weather.station s on s.id = o.station_id order by s.code, o.stop`,
    ),
    files: await loader.query(
      `select name, sha256, bytes, station, state, loaded, skipped, replaced, rejected, doubtful, aggregates,
              unknown, final_path from weather.file order by name`,
    ),
    aggregates: await loader.query(
      `select a.level, a.start, a.source, a.values, f.name from weather.station_aggregate a
       join weather.file f on f.id = a.file_id order by 1, 2, 3`,
    ),
    dirty: await loader.query('select distinct station_id, start from weather.dirty_hour order by 1, 2'),
    incidents: await loader.query(
      "select what, subject as file, details ->> 'station' as station, reason, state <> 'resolved' as open from regie.incident order by 2",
    ),
  };
}
