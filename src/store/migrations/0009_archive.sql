-- What archive tasks know of their hotfolders (spec/library.md §2): files that were seen and not taken yet, and what
-- became of those that were.
set local search_path to library;

-- A file is taken when it is the same in two looks far enough apart; the first look may be another run's.
create table hotfolder_file (
  task text not null,
  -- Below the hotfolder.
  path text not null,
  bytes bigint not null,
  mtime_ns bigint not null,
  inode text not null,
  -- Since when it is the same.
  seen_at timestamptz not null default clock_timestamp(),
  -- Refused, and left where it is: passed over while it is the same.
  refused boolean not null default false,
  primary key (task, path)
);

-- A row is committed with what became of its file; then the file goes where it says, and the row is done. So a file
-- that is still there after a crash is known, and a new one of the same name is a new one.
create table intake (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  task text not null,
  run text not null,
  -- Below the hotfolder; of a story its folder.
  path text not null,
  bytes bigint not null,
  mtime_ns bigint not null,
  inode text not null,
  sha256 bytea,
  fate text not null check (fate in ('record', 'quarantine', 'sidecar', 'story', 'refused')),
  record_id bigint,
  quarantine_id bigint,
  -- Of a refused file, as in its dead letter.
  what text,
  reason text,
  -- Names in its description that are no field.
  unknown text[],
  -- Where the file goes; null when it is removed, or stays.
  target text,
  state text not null default 'pending' check (state in ('pending', 'done'))
);
create index intake_pending on intake (task, id) where state = 'pending';
create index intake_by_run on intake (run);
create index intake_by_time on intake (at) where state = 'done';

-- Faults of a hotfolder that somebody dismissed are looked at by every run: they are not told again while they are there.
create index dead_letter_dismissed on dead_letter (task) where state = 'dismissed';
