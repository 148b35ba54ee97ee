-- What the engine keeps beside Temporal: Temporal forgets a run after its retention (24 hours on the
-- development server), and a run must be able to ask for its task's control flags without waking a workflow.
create schema if not exists regie;

-- One row: which installation this database belongs to.
create table regie.installation (
  one boolean primary key default true check (one),
  id uuid not null default gen_random_uuid(),
  name text not null,
  -- Folders that were marked with the id: a worker that does not find the mark sees another disk.
  folders text[] not null default '{}',
  created_at timestamptz not null default now()
);

-- What the control workflow tells the runs of its task.
create table regie.task (
  name text primary key,
  kind text not null,
  trace boolean not null default false,
  -- The schedule as the control workflow last saw it; the watch compares them.
  paused boolean not null default false,
  note text not null default '',
  -- When the task was last stopped, by whom and why; a run asked for before it does nothing.
  stopped_at timestamptz,
  -- Since when the task is in its state, and who brought it there.
  since timestamptz not null default now(),
  by text not null default 'apply',
  reason text,
  -- Options left for the next run by `run`.
  pending jsonb,
  -- Consecutive failed runs, and when a tick may try again.
  failures integer not null default 0,
  not_before timestamptz,
  -- What the task waits for, as last reported.
  blocked_by text,
  -- What an operator has to look at, as the control workflow was last told.
  attention jsonb
);

create table regie.run (
  run_id text primary key,
  -- Workflow id; backfilled twice it is not unique.
  id text not null,
  task text not null,
  kind text not null,
  nominal timestamptz not null,
  started_at timestamptz not null default now(),
  ended_at timestamptz,
  outcome text,
  options jsonb not null default '{}',
  report jsonb,
  error text
);
create index run_by_task on regie.run (task, started_at desc);
create index run_open on regie.run (task) where ended_at is null;

create table regie.trace_line (
  id bigint generated always as identity primary key,
  task text not null,
  run text not null,
  at timestamptz not null default clock_timestamp(),
  text text not null,
  data jsonb
);
create index trace_line_by_task on regie.trace_line (task, id);
create index trace_line_by_time on regie.trace_line using brin (at);

-- Files that were taken and whose writers may go on: looked at once more, and taken again when they have changed.
create table regie.watched_file (
  id bigint generated always as identity primary key,
  task text not null,
  -- What the task's own ledger calls it.
  ref text not null,
  -- Where it is now, absolute.
  path text not null,
  -- As it was when it was read.
  bytes bigint not null,
  mtime_ns bigint not null,
  inode text not null,
  due_at timestamptz not null,
  -- How often it was found to be the same.
  checks integer not null default 0,
  -- Where it is put back to, absolute, once it has changed …
  back text,
  -- … and whether it is there: what becomes of it is a new version.
  returned boolean not null default false,
  unique (task, ref)
);
create index watched_file_due on regie.watched_file (task, due_at) where not returned;
create index watched_file_returned on regie.watched_file (task) where returned;

-- What is wrong, of all tasks: the one list. One that is not resolved for each subject of a task.
create table regie.incident (
  id bigint generated always as identity primary key,
  task text not null,
  -- Of the task.
  kind text not null,
  -- What it is about: a path below the task's folder, `record 12`, the address of a server.
  subject text not null,
  -- Short name of the fault: `broken-json`, `unreadable`.
  what text not null,
  -- A sentence that says what is wrong, and what to do.
  reason text not null,
  -- open: waits for an operator. retrying: is tried again by itself. given up: was tried often enough, and waits for an operator.
  state text not null check (state in ('open', 'retrying', 'given up', 'resolved')),
  -- Where the file is kept, absolute, when it was moved aside.
  kept text,
  -- The command that mends it, where that is another one than `regie incidents retry`.
  mend text,
  -- What only the task's kind knows of it.
  details jsonb,
  -- The run that met it last.
  run text,
  -- How often it was met.
  attempts int not null default 1,
  first_at timestamptz not null default clock_timestamp(),
  last_at timestamptz not null default clock_timestamp(),
  -- Not tried again before.
  not_before timestamptz,
  closed_at timestamptz,
  -- user@host; null when it was mended without anybody's word.
  closed_by text,
  note text,
  -- Closed by an operator while the fault is there: it is neither told nor tried again before it is mended.
  muted boolean not null default false
);
create unique index incident_current on regie.incident (task, subject) where state <> 'resolved';
create index incident_by_time on regie.incident (last_at desc, id desc);
create index incident_muted on regie.incident (task) where muted;
