import { parquetReadObjects } from 'hyparquet';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { at, step } from '../support/step.ts';

const weather = (...args: string[]) => at.regie(['weather', ...args]);
const file = (name: string) => path.join(at.root, name);

step('weather', async () => {
  const inbox = (name: string) => file(`data/weather/inbox/${name}`);
  // Stations take turns: the first sends layout A, the second B.
  expect(await weather('sample', '--stations', '2', '--days', '1', '--until', '2026-11-20')).toMatchObject({
    files: 2,
    observations: 576,
  });
  writeFileSync(
    inbox('H_974_2024.csv'),
    'NUM_POSTE;AAAAMMJJHH;RR1;T;U\r\n97418110;2024030112;0.4;24.5;80\r\n97418110;2024030113;0;25.1;78\r\n',
  );
  writeFileSync(inbox('ovpf/FORX-2024.txt'), '2024-03-01 12:00:00 0.4\n2024-03-01 12:01:00 0.6\n');
  writeFileSync(
    inbox('OLD01.v1.json'),
    '{"meteor":"OLD01","data":{"0":{"stop_dat":"2019-03-01T12:05:00","current":{"duration":5,"rain":1}}}}',
  );
  // The format of the example module.
  writeFileSync(
    inbox('B7.buoy'),
    '{"buoy":"B7","readings":{"2024-03-01T12:00:00Z":{"air":26.1,"hPa":1013.2}}}',
  );
  writeFileSync(inbox('obs.BAD01.2026-11-20.json'), '{"bad');
  const loaded = await at.regie(['run', 'svcLoadJson', '--wait']);
  expect(loaded).toMatchObject({ outcome: 'done', counts: { files: 7, failed: 1 } });
  const rows = await at.query(
    `select s.code, count(*)::int as n from weather.observation o join weather.station s on s.id = o.station_id
     group by s.code order by s.code`,
  );
  expect(rows).toEqual([
    { code: 'BUOY7', n: 1 },
    { code: 'FORX', n: expect.any(Number) },
    { code: 'GILLOT', n: 2 },
    { code: 'OLD01', n: 1 },
    { code: 'SIM01', n: 288 },
    { code: 'SIM02', n: 288 },
  ]);
  expect(rows[1].n).toBeGreaterThan(0);
  expect(await at.regie(['run', 'svcAggregate', '--wait'])).toMatchObject({
    outcome: 'done',
    counts: { stations: 6 },
  });
  expect(await weather('verify')).toMatchObject({ equal: true, stations: 6, wrong: 0, pending: 0 });
});

step('weatherCommands', async () => {
  expect(await weather('stations')).toHaveLength(6);
  expect(await weather('show', 'GILLOT', 'H', '-m', 'out_temp')).toMatchObject([
    { station: 'GILLOT', mean: 24.5 },
    { station: 'GILLOT', mean: 25.1 },
  ]);
  expect(JSON.stringify(await weather('trace', 'SIM01', 'D', '2026-11-20'))).toContain(
    'obs.SIM01.2026-11-20',
  );
  expect(await weather('compare', 'SIM01')).toMatchObject({ station: 'SIM01', agrees: true });
  expect(await weather('observations', 'SIM02', '--limit', '1')).toMatchObject([
    { station: 'SIM02', quality: 2 },
  ]);

  // Pictures need a program in WebAssembly and a font, found in packages.
  await weather('plot', 'SIM01', '-o', 'plot.png');
  expect(readFileSync(file('plot.png')).subarray(0, 8).toString('latin1')).toBe('\u0089PNG\r\n\u001a\n');
  await weather('report', 'SIM01', '2026-11', '-o', 'report.html');
  expect(readFileSync(file('report.html'), 'utf8')).toContain('SIM01, November 2026');
  await weather('export', 'SIM01', '-o', 'values.parquet');
  const { buffer, byteOffset, byteLength } = readFileSync(file('values.parquet'));
  const values = await parquetReadObjects({
    file: buffer.slice(byteOffset, byteOffset + byteLength),
  });
  expect(values).toHaveLength(288);

  const from = ['--from', '2026-11-20T10:00', '--to', '2026-11-20T11:00'];
  const { exclusions } = await weather('exclude', 'SIM01', 'rain', ...from, '--reason', 'a bird');
  expect(await weather('exclusions')).toMatchObject([
    { station: 'SIM01', measure: 'rain', reason: 'a bird' },
  ]);
  expect(await weather('lift', String(exclusions[0].id))).toMatchObject({ observations: 12 });

  const [incident, ...others] = await weather('incidents');
  expect(incident).toMatchObject({ what: 'broken-json', open: true });
  expect(others).toEqual([]);
  // The same one in the list of all that is wrong.
  const wrong = (...args: string[]) => at.regie(['incidents', ...args]);
  const id = String(incident.id);
  expect(await wrong('--kind', 'loadJson')).toMatchObject([
    { id, what: 'broken-json', state: 'open', mend: `regie incidents retry ${id}` },
  ]);
  expect(await wrong('show', id)).toMatchObject({ id, attempts: 1 });
  expect(await wrong('retry', id)).toMatchObject({ retried: [{ id }], refused: [] });
  expect(existsSync(file('data/weather/inbox/obs.BAD01.2026-11-20.json'))).toBe(true);
  await at.regie(['run', 'svcLoadJson', '--wait']);
  const [again] = await wrong('--kind', 'loadJson');
  expect(again).toMatchObject({ what: 'broken-json', state: 'open' });
  expect(await wrong('close', '--kind', 'loadJson', '--yes', '--note', 'sent again')).toMatchObject({
    closed: [{ id: again.id }],
  });
  expect(await weather('incidents', 'close', String(again.id), '--note', 'sent again')).toMatchObject({
    open: 0,
    closedBefore: [Number(again.id)],
  });
  expect(await weather('retry')).toMatchObject([{ to: 'data/weather/inbox/obs.BAD01.2026-11-20.json' }]);
  expect(existsSync(file('data/weather/inbox/obs.BAD01.2026-11-20.json'))).toBe(true);
});
