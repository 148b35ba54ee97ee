import type { Random } from '../src/sampling/random.ts';

/** Observations in spoiled files are of this month, where no other file has any. */
const MONTH = '2026-02';
const HALF_HOUR = 30;

/**
 * A file as stations should not send it: broken off, empty, an error page, of a station that nobody knows, with items
 * that must be refused or doubted among good ones. Its observations are its own (`number` tells them apart), so that
 * its neighbours in the inbox do not matter.
 */
export function spoiledFile(
  code: string,
  number: number,
  sample: string,
  random: Random,
): { name: string; text: string } {
  const name = (what: string) => `spoiled.${what}.${code}.${number}.json`;
  const kinds = [
    () => ({ name: name('broken-off'), text: sample.slice(0, Math.floor(sample.length * random())) }),
    () => ({ name: name('empty'), text: '' }),
    () => ({ name: name('page'), text: `<html>502 Bad Gateway ${code} ${number}</html>` }),
    () => ({ name: name('nobody'), text: sample.replaceAll(code, 'NOBODY') }),
    () => ({ name: name('partly'), text: partlyBad(code, number) }),
    () => ({ name: name('partly'), text: partlyBad(code, number) }),
  ];
  return kinds[Math.floor(random() * kinds.length)]!();
}

function partlyBad(meteor: string, number: number): string {
  // A station has at most one such file for each number, and half an hour of February for it.
  const first = (number * HALF_HOUR) % (27 * 1440);
  const at = (minute: number) => {
    const [day, rest] = [Math.floor((first + minute) / 1440), (first + minute) % 1440];
    const two = (n: number) => String(n).padStart(2, '0');
    return `${MONTH}-${two(day + 1)}T${two(Math.floor(rest / 60))}:${two(rest % 60)}:00`;
  };
  const item = (minute: number, values: object) => ({
    stop_dat: at(minute),
    current: { duration: 5, ...values },
  });
  const data = [
    item(5, { out_temp: 21, rain: 0.254 }),
    item(10, { out_temp: 'abc' }),
    // Doubtful: stored, and left out of the aggregates. And a key that nobody knows.
    item(15, { out_temp: 99, humidity: 70, leaf_wetness: number }),
    { stop_dat: '2026-13-11T00:00:00', current: { duration: 5, out_temp: 20 } },
    item(20, { out_temp: 23, rain: 1.5 }),
    item(20, { out_temp: 24 }),
    item(23, { out_temp: 25 }),
  ];
  return JSON.stringify([{ meteor, data }]);
}
