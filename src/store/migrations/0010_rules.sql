-- Moving records by rules (src/library/rules/). A run writes down what it has selected and how far it is, so that one
-- that was killed goes on where it was: beginning anew, a rule could meet what a later one has done.
set local search_path to library;

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
