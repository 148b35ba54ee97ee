-- Weather: WMO climatology values (<m>_omm_…) and wind vectors, from which directions have their means.

alter table weather.aggregate
  -- Means: the values on the hour, 60 minutes each; max, min and rain of days: from 07:00 or 19:00 on, see spec.
  add column out_temp_omm_duration float8, add column out_temp_omm_sum float8,
  add column out_temp_omm_max float8, add column out_temp_omm_max_time timestamptz,
  add column out_temp_omm_min float8, add column out_temp_omm_min_time timestamptz,
  add column humidity_omm_duration float8, add column humidity_omm_sum float8,
  add column barometer_omm_duration float8, add column barometer_omm_sum float8,
  add column rain_omm_duration float8, add column rain_omm_sum float8,
  add column wind_omm_duration float8, add column wind_omm_sum float8,
  -- Σ speed × minutes of the eastward and northward components, and Σ minutes of those of speed 1.
  add column wind_u float8, add column wind_v float8, add column wind_dir_u float8, add column wind_dir_v float8,
  add column gust_u float8, add column gust_v float8, add column gust_dir_u float8, add column gust_dir_v float8,
  add column wind10_u float8, add column wind10_v float8, add column wind10_dir_u float8, add column wind10_dir_v float8;

-- As before, and beside it the mean direction, degrees that the wind comes from: each minute counting alike (dir), and
-- as much as it blew (dir_weighted). None where directions cancel out.
create or replace view weather.aggregate_by_measure as
select s.code as station, a.level, nullif(a.start, '-infinity') as start,
  m.measure, m.sum, m.duration, m.mean, m.max, m.max_time, m.max_dir, m.min, m.min_time,
  case when sqrt(m.dir_u ^ 2 + m.dir_v ^ 2) > 1e-9 * greatest(m.duration, 1)
    then d.dir + case when d.dir < 0 then 360 else 0 end end as dir,
  case when sqrt(m.u ^ 2 + m.v ^ 2) > 1e-9 * greatest(m.duration, 1)
    then d.weighted + case when d.weighted < 0 then 360 else 0 end end as dir_weighted
from weather.aggregate a
join weather.station s on s.id = a.station_id
cross join lateral (
  values
    ('out_temp', a.out_temp_sum, a.out_temp_duration, a.out_temp_sum / nullif(a.out_temp_duration, 0), a.out_temp_max, a.out_temp_max_time, null, a.out_temp_min, a.out_temp_min_time, null, null, null, null),
    ('out_temp_omm', a.out_temp_omm_sum, a.out_temp_omm_duration, a.out_temp_omm_sum / nullif(a.out_temp_omm_duration, 0), a.out_temp_omm_max, a.out_temp_omm_max_time, null, a.out_temp_omm_min, a.out_temp_omm_min_time, null, null, null, null),
    ('windchill', null, a.windchill_duration, null, null, null, null, a.windchill_min, a.windchill_min_time, null, null, null, null),
    ('heatindex', null, a.heatindex_duration, null, a.heatindex_max, a.heatindex_max_time, null, null, null, null, null, null, null),
    ('dewpoint', null, a.dewpoint_duration, null, a.dewpoint_max, a.dewpoint_max_time, null, a.dewpoint_min, a.dewpoint_min_time, null, null, null, null),
    ('soil_temp', null, a.soil_temp_duration, null, null, null, null, a.soil_temp_min, a.soil_temp_min_time, null, null, null, null),
    ('humidity', a.humidity_sum, a.humidity_duration, a.humidity_sum / nullif(a.humidity_duration, 0), a.humidity_max, a.humidity_max_time, null, a.humidity_min, a.humidity_min_time, null, null, null, null),
    ('humidity_omm', a.humidity_omm_sum, a.humidity_omm_duration, a.humidity_omm_sum / nullif(a.humidity_omm_duration, 0), null, null, null, null, null, null, null, null, null),
    ('barometer', a.barometer_sum, a.barometer_duration, a.barometer_sum / nullif(a.barometer_duration, 0), a.barometer_max, a.barometer_max_time, null, a.barometer_min, a.barometer_min_time, null, null, null, null),
    ('barometer_omm', a.barometer_omm_sum, a.barometer_omm_duration, a.barometer_omm_sum / nullif(a.barometer_omm_duration, 0), null, null, null, null, null, null, null, null, null),
    ('pressure', null, a.pressure_duration, null, a.pressure_max, a.pressure_max_time, null, a.pressure_min, a.pressure_min_time, null, null, null, null),
    ('rain', a.rain_sum, a.rain_duration, null, null, null, null, null, null, null, null, null, null),
    ('rain_omm', a.rain_omm_sum, a.rain_omm_duration, null, null, null, null, null, null, null, null, null, null),
    ('rain_rate', a.rain_rate_sum, a.rain_rate_duration, a.rain_rate_sum / nullif(a.rain_rate_duration, 0), a.rain_rate_max, a.rain_rate_max_time, null, null, null, null, null, null, null),
    ('wind', a.wind_sum, a.wind_duration, a.wind_sum / nullif(a.wind_duration, 0), a.wind_max, a.wind_max_time, a.wind_max_dir, null, null, a.wind_u, a.wind_v, a.wind_dir_u, a.wind_dir_v),
    ('wind_omm', a.wind_omm_sum, a.wind_omm_duration, a.wind_omm_sum / nullif(a.wind_omm_duration, 0), null, null, null, null, null, null, null, null, null),
    ('gust', null, a.gust_duration, null, a.gust_max, a.gust_max_time, a.gust_max_dir, null, null, a.gust_u, a.gust_v, a.gust_dir_u, a.gust_dir_v),
    ('wind10', a.wind10_sum, a.wind10_duration, a.wind10_sum / nullif(a.wind10_duration, 0), a.wind10_max, a.wind10_max_time, a.wind10_max_dir, null, null, a.wind10_u, a.wind10_v, a.wind10_dir_u, a.wind10_dir_v),
    ('uv_indice', null, a.uv_indice_duration, null, a.uv_indice_max, a.uv_indice_max_time, null, null, null, null, null, null, null),
    ('radiation', a.radiation_sum, a.radiation_duration, null, null, null, null, null, null, null, null, null, null),
    ('etp', a.etp_sum, a.etp_duration, null, null, null, null, null, null, null, null, null, null),
    ('in_temp', a.in_temp_sum, a.in_temp_duration, a.in_temp_sum / nullif(a.in_temp_duration, 0), a.in_temp_max, a.in_temp_max_time, null, a.in_temp_min, a.in_temp_min_time, null, null, null, null),
    ('in_humidity', a.in_humidity_sum, a.in_humidity_duration, a.in_humidity_sum / nullif(a.in_humidity_duration, 0), a.in_humidity_max, a.in_humidity_max_time, null, a.in_humidity_min, a.in_humidity_min_time, null, null, null, null),
    ('rx', a.rx_sum, a.rx_duration, a.rx_sum / nullif(a.rx_duration, 0), a.rx_max, a.rx_max_time, null, a.rx_min, a.rx_min_time, null, null, null, null),
    ('voltage', a.voltage_sum, a.voltage_duration, a.voltage_sum / nullif(a.voltage_duration, 0), a.voltage_max, a.voltage_max_time, null, a.voltage_min, a.voltage_min_time, null, null, null, null)
) as m (measure, sum, duration, mean, max, max_time, max_dir, min, min_time, u, v, dir_u, dir_v)
cross join lateral (
  select atan2d(0 - m.dir_u, 0 - m.dir_v) as dir, atan2d(0 - m.u, 0 - m.v) as weighted
) d
where m.duration is not null or m.max is not null or m.min is not null or m.dir_u is not null;

-- Every bucket lacks them: all are made anew.
insert into weather.dirty_hour (station_id, start)
select station_id, start from weather.aggregate where level = 'H'
union
select station_id, start from weather.station_aggregate where source = 'aggregation' and level <> 'A';

-- The twins of a rehearsal are made anew when they are needed, with these columns.
drop schema if exists weather_tmp cascade;
