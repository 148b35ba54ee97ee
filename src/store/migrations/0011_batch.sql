-- What became of batches: files that came together, with a manifest, by a drop folder or over HTTP (spec/library.md §2,
-- batch-upload).
set local search_path to library;

-- A row is there before its folder is claimed, and closed in the transaction that knows the last file's fate.
create table batch (
  -- From the sender's own id of the batch, where it gives one: sent again, it is the same.
  id uuid primary key,
  task text not null,
  -- Of its folder, as it came.
  name text not null,
  -- Who sent it, as the manifest says.
  by text,
  state text not null default 'open' check (state in ('open', 'done', 'failed')),
  -- Why nothing of it could be taken.
  reason text,
  -- Files in its folder of which its manifest says nothing.
  unnamed text[],
  -- The run that closed it.
  run text,
  -- Of library.dead_letter, when it failed.
  letter bigint,
  at timestamptz not null default clock_timestamp(),
  closed_at timestamptz,
  -- Where its folder is when it is closed, absolute.
  target text
);
create index batch_open on batch (task) where state = 'open';
create index batch_by_run on batch (run);
create index batch_by_time on batch (task, closed_at);

-- Written with its file's record, or its row of quarantine.
create table batch_file (
  batch_id uuid not null references batch on delete cascade,
  -- In the manifest, from 0.
  index int not null,
  -- Below the batch's folder; null when the manifest names none that could be.
  path text,
  -- Its original name.
  name text not null,
  fate text not null check (fate in ('record', 'quarantine', 'failed')),
  record_id bigint,
  quarantine_id bigint,
  -- Of what was taken.
  sha256 bytea check (length(sha256) = 32),
  bytes bigint,
  -- Why it failed.
  reason text,
  -- Names in its description that are no field.
  unknown text[],
  run text not null,
  primary key (batch_id, index)
);
create index batch_file_by_run on batch_file (run);
