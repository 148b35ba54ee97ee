-- Levels of the sea at tide gauges; a later file replaces what an earlier one said of the same moment.
create schema tides;

create table tides.level (
  gauge text not null,
  at timestamptz not null,
  -- Metres above the gauge's zero.
  metres double precision not null,
  -- The file that said so.
  file text not null,
  primary key (gauge, at)
);
