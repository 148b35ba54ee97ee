-- The media library: databoxes, collections, records and their fields, status bits, events, quarantine;
-- what archive tasks, rules and batches know of their work. Originals lie on disk, named by their SHA-256; the database says which there are.
create schema library;
set local search_path to library;

create table databox (
  id int generated always as identity primary key,
  name text not null check (name <> ''),
  -- Dates in fields carry no zone; rules compare them with the time of this one.
  timezone text not null default 'UTC',
  created_at timestamptz not null default now()
);
create unique index databox_by_name on databox (lower(name));

create table collection (
  id int generated always as identity primary key,
  databox_id int not null references databox,
  name text not null check (name <> ''),
  -- Status of new records.
  status bigint not null default 0,
  created_at timestamptz not null default now()
);
create unique index collection_by_name on collection (databox_id, lower(name));

-- Bits 0 to 3 are the system's; 4 to 63 mean what an installation says.
create table status_bit (
  databox_id int not null references databox,
  bit smallint not null check (bit between 4 and 63),
  label text not null,
  on_name text,
  off_name text,
  primary key (databox_id, bit)
);

create table field (
  id int generated always as identity primary key,
  databox_id int not null references databox,
  name text not null check (name <> ''),
  -- Where new records take it from, the first that has a value: a tag as ExifTool names it, or a fact of the file.
  sources text[] not null default '{}',
  type text not null default 'text' check (type in ('text', 'number', 'date')),
  multi boolean not null default false,
  -- Each character separates values of a multi-valued field.
  separators text not null default ';',
  read_only boolean not null default false,
  required boolean not null default false
);
create unique index field_by_name on field (databox_id, lower(name));

-- Files of the storage's originals folder. A row is written before a record refers to it and taken out before the
-- file is; whoever inserts a row looks after that whether the file is there (src/library/originals/).
create table original (
  sha256 bytea primary key check (length(sha256) = 32),
  bytes bigint not null,
  stored_at timestamptz not null default now()
);

create table record (
  id bigint generated always as identity primary key,
  databox_id int not null references databox,
  collection_id int not null references collection,
  type text not null default 'record' check (type in ('record', 'story')),
  -- Not unique: a duplicate that an operator accepts keeps its own.
  uuid uuid not null default gen_random_uuid(),
  -- A story has no file.
  sha256 bytea references original check ((sha256 is null) = (type = 'story')),
  kind text not null default 'unknown' check (kind in ('image', 'video', 'audio', 'document', 'unknown')),
  mime text,
  bytes bigint,
  -- The original's file name.
  name text not null,
  -- Bit n of the 64 is 1 << n; bit 63 is the sign.
  status bigint not null default 0,
  created_at timestamptz not null default now(),
  modified_at timestamptz not null default now(),
  trashed_at timestamptz,
  -- Work of other tasks that it waits for: renditions, metadata, index.
  awaits text[] not null default '{}'
);
-- A mask is answered by the few statuses that occur: found by skipping through this index, then looked up in it.
create index record_by_status on record (databox_id, collection_id, status, id) where trashed_at is null;
create index record_by_sha256 on record (sha256);
create index record_by_uuid on record (uuid);
create index record_by_time on record (databox_id, created_at, id);
create index record_in_trash on record (databox_id, trashed_at) where trashed_at is not null;
create index record_awaiting on record using gin (awaits) where awaits <> '{}';

create table story_member (
  story_id bigint not null references record on delete cascade,
  record_id bigint not null references record on delete cascade,
  position int not null,
  primary key (story_id, record_id)
);
create index story_of_member on story_member (record_id);

create table value (
  record_id bigint not null references record on delete cascade,
  field_id int not null references field on delete cascade,
  position smallint not null default 0,
  -- As it is shown; `number` and `date` (in the databox's time zone) beside it for fields of these types.
  text text not null,
  number double precision,
  date timestamp,
  primary key (record_id, field_id, position)
);
-- Long texts do not fit into an index: compare the beginning too.
create index value_by_text on value (field_id, left(text, 200), record_id);
create index value_by_number on value (field_id, number, record_id) where number is not null;
create index value_by_date on value (field_id, date, record_id) where date is not null;

-- Every change of a record. Outlives it.
create table event (
  id bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  databox_id int not null,
  record_id bigint not null,
  task text,
  run text,
  -- user@host, when no task did it
  by text,
  -- created, moved, status, fields, joined, left, trashed, restored, deleted; replaced and replaces, of two versions
  what text not null,
  before jsonb,
  after jsonb
);
create index event_by_record on event (record_id, id);
create index event_by_time on event using brin (at);

-- Files that are there already or fail a check: kept as originals until somebody decides.
create table quarantine (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  databox_id int not null references databox,
  collection_id int not null references collection,
  task text,
  run text,
  by text,
  name text not null,
  -- Let go of when it is rejected: nothing else may need the file.
  sha256 bytea references original check (sha256 is not null or state = 'rejected'),
  -- What the record would have become, but for its collection and file (src/library/quarantine/).
  draft jsonb not null,
  -- Each with the check's name, a sentence, and the record it collides with.
  reasons jsonb not null,
  state text not null default 'open' check (state in ('open', 'accepted', 'rejected')),
  closed_at timestamptz,
  closed_by text,
  note text,
  record_id bigint
);
create index quarantine_open on quarantine (databox_id, at) where state = 'open';
create index quarantine_by_sha256 on quarantine (sha256);

-- What archive tasks know of their hotfolders: files that were seen and not taken yet, and what
-- became of those that were.

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
  disposition text not null check (disposition in ('record', 'quarantine', 'sidecar', 'story', 'refused')),
  record_id bigint,
  quarantine_id bigint,
  -- Of a refused file, as in its incident.
  what text,
  reason text,
  -- Names in its description that are no field.
  unknown text[],
  -- Where the file goes; null when it is removed, or stays.
  target text,
  -- Of what describes a file: the path of that.
  describes text,
  state text not null default 'pending' check (state in ('pending', 'done'))
);
create index intake_pending on intake (task, id) where state = 'pending';
create index intake_by_run on intake (run);
create index intake_by_time on intake (at) where state = 'done';

-- Moving records by rules (src/library/rules/). A run writes down what it has selected and how far it is, so that one
-- that was killed goes on where it was: beginning anew, a rule could meet what a later one has done.

-- The run in progress, or the last one: a run that was reported by nobody is told again.
create table rule_run (
  task text primary key,
  -- The run's own id: two of the same second have the same name.
  run text not null,
  -- Hash of the rules: with others the run begins anew.
  rules text not null,
  -- The moment with which dates are compared.
  now timestamptz not null,
  -- The rule that is due, from 0; and whether its records are selected.
  due int not null default 0,
  selected boolean not null default false,
  -- What each rule did so far.
  done jsonb not null default '[]',
  -- Originals of records that are deleted, hexadecimal: to be released once that is committed.
  originals text[] not null default '{}'
);

-- Records that are selected and not yet acted upon, a row for each transaction to come.
create table rule_batch (
  task text not null references rule_run on delete cascade,
  rule int not null,
  batch int not null,
  ids bigint[] not null,
  primary key (task, rule, batch)
);

-- Rules that do nothing until somebody looks at them, as the task's last run found them.
create table rule_refusal (
  task text not null,
  rule text not null,
  -- Since when for this reason.
  at timestamptz not null default now(),
  -- disabled: it cannot be carried out; too-many: more records than it may change
  what text not null check (what in ('disabled', 'too-many')),
  reason text not null,
  primary key (task, rule)
);

-- What became of batches: files that came together, with a manifest, by a drop folder or over HTTP.

-- A row is there before its folder is claimed, and closed in the transaction that knows the last file's disposition.
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
  -- Of regie.incident, when it failed.
  incident bigint,
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
  disposition text not null check (disposition in ('record', 'quarantine', 'failed')),
  record_id bigint,
  quarantine_id bigint,
  -- Of what was taken.
  sha256 bytea check (length(sha256) = 32),
  bytes bigint,
  -- Which file that was.
  mtime_ns bigint,
  inode text,
  -- Why it failed.
  reason text,
  -- Names in its description that are no field.
  unknown text[],
  run text not null,
  primary key (batch_id, index)
);
create index batch_file_by_run on batch_file (run);
