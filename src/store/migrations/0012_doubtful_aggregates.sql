-- Weather: what is doubtful of the aggregates that stations sent, under its keys; it fills no bucket.
alter table weather.station_aggregate add column doubtful jsonb;

-- Those that are there were never judged: their stations' rules count as changed, so that the next load does it.
update weather.station s set checks = '{}'
where exists (select from weather.station_aggregate where station_id = s.id and source = 'aggregation');

-- The twins of a rehearsal are made anew when they are needed, with this column.
drop schema if exists weather_tmp cascade;
