-- What became of the files that are owed: one row for each export and business day, month or operation, its files,
-- to whom they went, and who decided what (docs/exports.md).
create schema export;
set local search_path to export;

-- Since when an export is watched: a day before that is nobody's debt.
create table ledger_start (
  task text primary key,
  since date not null
);

create table period (
  task text not null,
  -- `2026-11-20`, of a month `2026-10`, of an operation its segment.
  key text not null,
  type text not null check (type in ('day', 'month', 'operation')),
  -- The local date on which it is due.
  business_day date not null,
  operation text,
  state text not null default 'due' check (state in
    ('due', 'running', 'produced', 'held', 'delivered', 'failed', 'unknown', 'missed', 'discarded')),
  -- 1 is the first file; each that was forced is one more.
  edition int not null default 1,
  -- Why it is in this state, in words.
  reason text,
  -- How often making the file failed.
  attempts int not null default 0,
  -- Set while somebody has asked for it and no run has dealt with it yet.
  requested_by text,
  -- The run that made it what it is.
  run text,
  changed_at timestamptz not null default clock_timestamp(),
  primary key (task, key)
);
create index period_by_day on period (task, business_day);
create index period_requested on period (task) where requested_by is not null;

-- Written when the file is finished under its temporary name, before it gets its own.
create table file (
  task text not null,
  key text not null,
  edition int not null,
  name text not null,
  -- Absolute: where it is kept, and where it was written.
  path text not null,
  part text not null,
  rows bigint not null,
  bytes bigint not null,
  sha256 text not null check (length(sha256) = 64),
  replaced bigint not null,
  sheets jsonb not null,
  run text not null,
  produced_at timestamptz not null default clock_timestamp(),
  placed_at timestamptz,
  primary key (task, key, edition),
  foreign key (task, key) references period
);

create table delivery (
  task text not null,
  key text not null,
  edition int not null,
  -- A name of the configuration's destinations, and what is different for this export.
  destination text not null,
  override jsonb not null default '{}',
  -- In the target's list: a mail may link to what a destination before it shows.
  position int not null,
  -- An address, or one text such as `sftp://host/folder`; empty until the destination could be opened.
  recipient text not null,
  -- `sending` is written right before the step that cannot be taken back: whoever finds it does not know the outcome.
  state text not null default 'pending' check (state in
    ('pending', 'sending', 'delivered', 'failed', 'refused', 'unknown')),
  attempts int not null default 0,
  -- What the other side said.
  note text,
  changed_at timestamptz not null default clock_timestamp(),
  primary key (task, key, edition, destination, recipient),
  foreign key (task, key, edition) references file
);

create table event (
  id bigint generated always as identity primary key,
  task text not null,
  key text not null,
  at timestamptz not null default clock_timestamp(),
  what text not null,
  by text,
  run text,
  text text
);
create index event_of_period on event (task, key, id);

