-- Transfers from and to other servers (docs/library.md): what a task knows of a server and its files.
create schema transfer;
set local search_path to transfer;

-- A folder of a server as one user sees it, from which a task fetches. Another server, user or folder is another
-- source: files of the same name there are other files.
create table source (
  id int generated always as identity primary key,
  task text not null,
  -- user@host:port/folder
  address text not null,
  -- Written into the work folder too: where it is missing, files there are not those that the ledger knows of.
  mark uuid not null default gen_random_uuid(),
  unique (task, address)
);

-- Files that the server has, and those of them that are here already but not yet gone there. A file with another
-- size or time is another file with a row of its own.
create table remote_file (
  -- Also names the file in the work folder: <id>.part
  id bigint generated always as identity primary key,
  source_id int not null references source on delete cascade,
  -- Below the source's folder; of a refused one as it can be shown.
  path text collate "C" not null,
  size bigint not null,
  -- When it was changed, as the server tells it: to the second by MLSD or MDTM, else as in `listed`.
  modified text not null,
  -- What LIST shows: to the minute, or to the day.
  listed text,
  -- When this size and time were first seen; from then on it has to stay the same for `stableFor`.
  since timestamptz not null default clock_timestamp(),
  -- seen: to be fetched. placing: complete and verified in the work folder, about to be renamed to `target`.
  -- placed: in the local folder, or taken from there since. refused: its name is unsafe, or the like.
  state text not null default 'seen' check (state in ('seen', 'placing', 'placed', 'refused')),
  -- Absolute.
  target text,
  -- Of what was received, where the server computes hashes and said the same: sha256:ed70…
  hash text,
  placed_at timestamptz,
  -- Where an earlier version of it went, absolute: when that still lies there, and is its beginning, this one takes its place.
  replaces text,
  -- Of regie.incident, when it failed.
  incident bigint,
  -- Of a file that is kept there: since when it is not there any more.
  gone_since timestamptz
);
create unique index remote_file_by_path on remote_file (source_id, path) where state <> 'refused';
-- A file that is fetched already may be listed in a way that is refused later, twice for example.
create unique index remote_file_refused on remote_file (source_id, path) where state = 'refused';
create index remote_file_unfinished on remote_file (source_id) where state = 'placing';

