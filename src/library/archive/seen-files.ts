import type { ClientBase, Pool } from 'pg';
import { isSame, type FileIdentity } from '../../intake/file-identity.ts';
import type { Seen } from './tree.ts';

/** A file that was seen and not taken. */
interface SeenFile extends FileIdentity {
  /** Since when it is the same, by this process's clock that only goes forward, ms. */
  since: number;
  refused: boolean;
}

interface Row {
  path: string;
  bytes: string;
  mtime_ns: string;
  inode: string;
  age: number;
  refused: boolean;
}

/** What is known of the files of a hotfolder from earlier looks, of this run and of those before it. */
export class SeenFiles {
  private readonly task: string;
  private seen: Map<string, SeenFile>;
  /** Is there a file of which no run has written down how it was seen? */
  hasNews = false;

  private constructor(task: string, seen: Map<string, SeenFile>) {
    this.task = task;
    this.seen = seen;
  }

  static async read(db: ClientBase | Pool, task: string): Promise<SeenFiles> {
    // PostgreSQL's clock: runs may be on several machines.
    const { rows } = await db.query<Row>(
      `select path, bytes, mtime_ns, inode, refused,
              (extract(epoch from clock_timestamp() - seen_at) * 1000)::float8 as age
       from library.hotfolder_file where task = $1`,
      [task],
    );
    const now = performance.now();
    const seen = rows.map(({ path, bytes, mtime_ns, inode, age, refused }): [string, SeenFile] => [
      path,
      {
        bytes: Number(bytes),
        mtimeNs: BigInt(mtime_ns),
        inode: BigInt(inode),
        since: now - Math.max(0, age),
        refused,
      },
    ]);
    return new SeenFiles(task, new Map(seen));
  }

  /** Takes in a scan that has just ended. Files that are not in it are forgotten. */
  update(files: Iterable<Seen>): void {
    const now = performance.now();
    const seen = new Map<string, SeenFile>();
    for (const file of files) {
      const before = this.seen.get(file.path);
      const { bytes, mtimeNs, inode } = file;
      const same = before !== undefined && isSame(before, file);
      this.hasNews ||= !same;
      seen.set(file.path, same ? before : { bytes, mtimeNs, inode, since: now, refused: false });
    }
    this.seen = seen;
  }

  /** How long a file had been the same at a moment of this process's clock, ms. */
  age({ path }: Seen, at: number): number {
    return Math.max(0, at - (this.seen.get(path)?.since ?? at));
  }

  /** Was there a file of this path in the last scan? */
  has(path: string): boolean {
    return this.seen.has(path);
  }

  isRefused({ path }: Seen): boolean {
    return this.seen.get(path)?.refused ?? false;
  }

  /** Marks a file that stays, refused. */
  refuse(path: string): void {
    const file = this.seen.get(path);
    if (file) file.refused = true;
  }

  /** Marks a file that nobody wanted any more so many ms ago, unless it is another one since. */
  dismiss(path: string, ago: number): void {
    const file = this.seen.get(path);
    if (file && file.since <= performance.now() - ago) file.refused = true;
  }

  /** An operator wants it to be tried again. */
  release(path: string): void {
    const file = this.seen.get(path);
    if (file) file.refused = false;
  }

  /** Writes them down for the runs to come. */
  async save(db: ClientBase): Promise<void> {
    const all = [...this.seen];
    const now = performance.now();
    await db.query(
      `with gone as (
         delete from library.hotfolder_file g where task = $1
         and not exists (select from unnest($2::text[]) as x(path) where x.path = g.path))
       insert into library.hotfolder_file as f (task, path, bytes, mtime_ns, inode, seen_at, refused)
       select $1, path, bytes, mtime_ns, inode, clock_timestamp() - make_interval(secs => age / 1000), refused
       from unnest($2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::float8[], $7::boolean[])
         as x(path, bytes, mtime_ns, inode, age, refused)
       on conflict (task, path) do update
       set bytes = excluded.bytes, mtime_ns = excluded.mtime_ns, inode = excluded.inode,
           seen_at = excluded.seen_at, refused = excluded.refused
       where (f.bytes, f.mtime_ns, f.inode, f.refused)
             is distinct from (excluded.bytes, excluded.mtime_ns, excluded.inode, excluded.refused)`,
      [
        this.task,
        all.map(([path]) => path),
        all.map(([, { bytes }]) => bytes),
        all.map(([, { mtimeNs }]) => mtimeNs.toString()),
        all.map(([, { inode }]) => inode.toString()),
        all.map(([, { since }]) => now - since),
        all.map(([, { refused }]) => refused),
      ],
    );
  }
}

/** Marks refused files that stay, with the transaction that says so: a crash must not report them twice. */
export async function leaveRefused(db: ClientBase, task: string, files: readonly Seen[]): Promise<void> {
  if (files.length === 0) return;
  await db.query(
    `insert into library.hotfolder_file as f (task, path, bytes, mtime_ns, inode, refused)
     select $1, path, bytes, mtime_ns, inode, true
     from unnest($2::text[], $3::bigint[], $4::bigint[], $5::text[]) as x(path, bytes, mtime_ns, inode)
     on conflict (task, path) do update
     set bytes = excluded.bytes, mtime_ns = excluded.mtime_ns, inode = excluded.inode, refused = true`,
    [
      task,
      files.map((file) => file.path),
      files.map(({ bytes }) => bytes),
      files.map(({ mtimeNs }) => mtimeNs.toString()),
      files.map(({ inode }) => inode.toString()),
    ],
  );
}
