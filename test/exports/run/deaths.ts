import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { sha256 } from '../../../src/files/move.ts';
import type { Killer } from '../../support/killer/killer.ts';
import type { Dice } from '../../support/killer/seed.ts';
import { rehearse, sweep, type Choice } from '../../support/killer/sweep.ts';
import { cards, openLedger } from './support.ts';
import { tick } from './tick.ts';

/**
 * The test of a run that dies at moments of this choice, of its statements and of its steps on disk: the next one
 * ends as if nothing had happened. Each is about a day of its own.
 */
export function exportDeaths(dice: Dice, choose: Choice): void {
  test('wherever it dies, one file is delivered once', async () => {
    const ledger = await openLedger({ cards: cards() });
    const out = path.join(ledger.root, 'out');
    const kept = path.join(ledger.root, 'data/exports/canal');
    let day = new Date('2026-01-01T00:00:00Z');
    const key = () => day.toISOString().slice(0, 10);
    const name = () => `cards_${key().replaceAll('-', '')}.csv`;
    const run = async ({ arm }: Killer) => {
      const db = await ledger.pool.connect();
      try {
        arm();
        await tick({ ...ledger.context(), db }, { now: `${key()}T04:00:00Z`, run: 'first' });
      } finally {
        db.release(true);
      }
    };
    /** The next run, and what there must be then. */
    const recover = async () => {
      // Never half a file under its final name.
      for (const file of [path.join(out, name()), path.join(kept, name())].filter((each) => existsSync(each)))
        expect(readFileSync(file, 'utf8')).toMatch(new RegExp(`^day;from\r\n${key()};.*\r\n$`));
      await ledger.run({ now: `${key()}T04:00:01Z`, nominal: `${key()}T04:00:00Z`, run: 'first' });
      expect(await ledger.periods()).toContainEqual(
        expect.objectContaining({ key: key(), state: 'delivered', edition: 1 }),
      );
      expect((await ledger.deliveries(key())).map(({ state }) => state)).toEqual(['delivered']);
      const [file, ...others] = await ledger.files(key());
      expect(others).toEqual([]);
      expect(await sha256(path.join(out, name()))).toBe(file!.sha256);
      expect(await sha256(path.join(kept, name()))).toBe(file!.sha256);
      expect(readdirSync(path.join(ledger.root, 'data/exports/.work/cards'))).toEqual([]);
    };
    const reset = async () => void (day = new Date(day.getTime() + 86_400_000));
    try {
      const moments = await rehearse(run, { disk: 10, database: 20 });
      await recover();
      await sweep({ run, reset, recover }, choose(moments, dice('export')), moments);
      expect(readdirSync(out).filter((each) => !each.startsWith('cards_'))).toEqual([]);
    } finally {
      await ledger.close();
    }
  }, 600_000);
}
