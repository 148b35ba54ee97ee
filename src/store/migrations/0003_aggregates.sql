-- Weather: aggregates of hours, days, months, years and all time, one wide row per bucket. Columns as in
-- src/weather/measures.ts; a test holds them against it.

-- Oldest first within a station, so that neighbouring hours share the days they belong to; and since when an
-- hour waits, for operators.
create index dirty_hour_order on weather.dirty_hour (station_id, start);
alter table weather.dirty_hour add column at timestamptz not null default now();

create table weather.aggregate (
  station_id int not null,
  level text collate "C" not null check (level in ('H', 'D', 'M', 'Y', 'A')),
  -- A bucket is (start, end] and bears the name of its start; -infinity for level A.
  start timestamptz not null,
  -- <m>_sum: Σ value × duration, or the total of rain, radiation and etp; <m>_duration: minutes that the measure
  -- covers; <m>_max_time: the earliest moment of the maximum; <m>_max_dir: its direction, degrees.
  out_temp_duration float8, out_temp_sum float8, out_temp_max float8, out_temp_max_time timestamptz, out_temp_min float8, out_temp_min_time timestamptz,
  windchill_duration float8, windchill_min float8, windchill_min_time timestamptz,
  heatindex_duration float8, heatindex_max float8, heatindex_max_time timestamptz,
  dewpoint_duration float8, dewpoint_max float8, dewpoint_max_time timestamptz, dewpoint_min float8, dewpoint_min_time timestamptz,
  soil_temp_duration float8, soil_temp_min float8, soil_temp_min_time timestamptz,
  humidity_duration float8, humidity_sum float8, humidity_max float8, humidity_max_time timestamptz, humidity_min float8, humidity_min_time timestamptz,
  barometer_duration float8, barometer_sum float8, barometer_max float8, barometer_max_time timestamptz, barometer_min float8, barometer_min_time timestamptz,
  pressure_duration float8, pressure_max float8, pressure_max_time timestamptz, pressure_min float8, pressure_min_time timestamptz,
  rain_duration float8, rain_sum float8,
  rain_rate_duration float8, rain_rate_sum float8, rain_rate_max float8, rain_rate_max_time timestamptz,
  wind_duration float8, wind_sum float8, wind_max float8, wind_max_time timestamptz, wind_max_dir float8,
  gust_duration float8, gust_max float8, gust_max_time timestamptz, gust_max_dir float8,
  wind10_duration float8, wind10_sum float8, wind10_max float8, wind10_max_time timestamptz, wind10_max_dir float8,
  uv_indice_duration float8, uv_indice_max float8, uv_indice_max_time timestamptz,
  radiation_duration float8, radiation_sum float8,
  etp_duration float8, etp_sum float8,
  in_temp_duration float8, in_temp_sum float8, in_temp_max float8, in_temp_max_time timestamptz, in_temp_min float8, in_temp_min_time timestamptz,
  in_humidity_duration float8, in_humidity_sum float8, in_humidity_max float8, in_humidity_max_time timestamptz, in_humidity_min float8, in_humidity_min_time timestamptz,
  rx_duration float8, rx_sum float8, rx_max float8, rx_max_time timestamptz, rx_min float8, rx_min_time timestamptz,
  voltage_duration float8, voltage_sum float8, voltage_max float8, voltage_max_time timestamptz, voltage_min float8, voltage_min_time timestamptz,
  primary key (station_id, level, start)
)
-- The newest buckets are written again with every load: leave room to do it in place, without touching the key.
with (fillfactor = 70);

-- The same with one row per measure, for people and tools that read by SQL. Level A has no start.
create view weather.aggregate_by_measure as
select s.code as station, a.level, nullif(a.start, '-infinity') as start, m.*
from weather.aggregate a
join weather.station s on s.id = a.station_id
cross join lateral (
  values
    ('out_temp', a.out_temp_sum, a.out_temp_duration, a.out_temp_sum / nullif(a.out_temp_duration, 0), a.out_temp_max, a.out_temp_max_time, null, a.out_temp_min, a.out_temp_min_time),
    ('windchill', null, a.windchill_duration, null, null, null, null, a.windchill_min, a.windchill_min_time),
    ('heatindex', null, a.heatindex_duration, null, a.heatindex_max, a.heatindex_max_time, null, null, null),
    ('dewpoint', null, a.dewpoint_duration, null, a.dewpoint_max, a.dewpoint_max_time, null, a.dewpoint_min, a.dewpoint_min_time),
    ('soil_temp', null, a.soil_temp_duration, null, null, null, null, a.soil_temp_min, a.soil_temp_min_time),
    ('humidity', a.humidity_sum, a.humidity_duration, a.humidity_sum / nullif(a.humidity_duration, 0), a.humidity_max, a.humidity_max_time, null, a.humidity_min, a.humidity_min_time),
    ('barometer', a.barometer_sum, a.barometer_duration, a.barometer_sum / nullif(a.barometer_duration, 0), a.barometer_max, a.barometer_max_time, null, a.barometer_min, a.barometer_min_time),
    ('pressure', null, a.pressure_duration, null, a.pressure_max, a.pressure_max_time, null, a.pressure_min, a.pressure_min_time),
    ('rain', a.rain_sum, a.rain_duration, null, null, null, null, null, null),
    ('rain_rate', a.rain_rate_sum, a.rain_rate_duration, a.rain_rate_sum / nullif(a.rain_rate_duration, 0), a.rain_rate_max, a.rain_rate_max_time, null, null, null),
    ('wind', a.wind_sum, a.wind_duration, a.wind_sum / nullif(a.wind_duration, 0), a.wind_max, a.wind_max_time, a.wind_max_dir, null, null),
    ('gust', null, a.gust_duration, null, a.gust_max, a.gust_max_time, a.gust_max_dir, null, null),
    ('wind10', a.wind10_sum, a.wind10_duration, a.wind10_sum / nullif(a.wind10_duration, 0), a.wind10_max, a.wind10_max_time, a.wind10_max_dir, null, null),
    ('uv_indice', null, a.uv_indice_duration, null, a.uv_indice_max, a.uv_indice_max_time, null, null, null),
    ('radiation', a.radiation_sum, a.radiation_duration, null, null, null, null, null, null),
    ('etp', a.etp_sum, a.etp_duration, null, null, null, null, null, null),
    ('in_temp', a.in_temp_sum, a.in_temp_duration, a.in_temp_sum / nullif(a.in_temp_duration, 0), a.in_temp_max, a.in_temp_max_time, null, a.in_temp_min, a.in_temp_min_time),
    ('in_humidity', a.in_humidity_sum, a.in_humidity_duration, a.in_humidity_sum / nullif(a.in_humidity_duration, 0), a.in_humidity_max, a.in_humidity_max_time, null, a.in_humidity_min, a.in_humidity_min_time),
    ('rx', a.rx_sum, a.rx_duration, a.rx_sum / nullif(a.rx_duration, 0), a.rx_max, a.rx_max_time, null, a.rx_min, a.rx_min_time),
    ('voltage', a.voltage_sum, a.voltage_duration, a.voltage_sum / nullif(a.voltage_duration, 0), a.voltage_max, a.voltage_max_time, null, a.voltage_min, a.voltage_min_time)
) as m (measure, sum, duration, mean, max, max_time, max_dir, min, min_time)
where m.duration is not null or m.max is not null or m.min is not null;

-- A station's zone decides where its days begin, and mean_from what a mean is: when the configuration changes
-- them, all of the station is aggregated anew. The lock lets a batch of the aggregator end first; it would
-- otherwise write buckets of the old zone after they were deleted here.
create function weather.requeue_station() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock(hashtext('regie weather aggregate'), hashtext('weather'));
  if new.timezone <> old.timezone then
    delete from weather.aggregate where station_id = new.id;
  end if;
  insert into weather.dirty_hour (station_id, start)
  select new.id, date_trunc('hour', stop - interval '1 microsecond', new.timezone)
  from weather.observation where station_id = new.id
  union
  select new.id, start from weather.station_aggregate
  where station_id = new.id and source = 'aggregation' and level <> 'A';
  return null;
end $$;

create trigger requeue_station after update of timezone, mean_from on weather.station
for each row when ((old.timezone, old.mean_from) is distinct from (new.timezone, new.mean_from))
execute function weather.requeue_station();

-- The aggregates of days, months and years that a station sends fill buckets that have no observations: the first
-- hour of the bucket stands for it in the queue. (Those of hours are queued by the loader, like observations.)
create function weather.queue_sent() returns trigger language plpgsql as $$
begin
  insert into weather.dirty_hour (station_id, start)
  select distinct station_id, start from sent where source = 'aggregation' and level in ('D', 'M', 'Y');
  return null;
end $$;

create trigger queue_inserted after insert on weather.station_aggregate
referencing new table as sent for each statement execute function weather.queue_sent();

create trigger queue_updated after update on weather.station_aggregate
referencing new table as sent for each statement execute function weather.queue_sent();
