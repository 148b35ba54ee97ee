-- Weather: what exclusions cover of the aggregates that stations sent, under its keys; it must not fill any bucket.
alter table weather.station_aggregate add column excluded jsonb;
