import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { Channel } from '../../../src/exports/delivery/delivery-channel.ts';
import { defineDestinationType } from '../../../src/exports/delivery/destination.ts';
import { cards, openLedger } from './support.ts';

/** A destination of a user's type, whose channel does this. */
const own = (name: string, channel: Omit<Channel, 'recipients'>) => ({
  type: defineDestinationType({
    name,
    settings: z.strictObject({}),
    silenceTimeout: 100,
    open: () => ({ recipients: () => [name], ...channel }),
  }),
});

test('a user’s type that fails, hangs or talks nonsense costs its own delivery alone', async () => {
  const hangs = (): Promise<never> => new Promise(() => undefined);
  const to = ['broken', 'away', 'hangs', 'lost', 'nonsense', 'out'];
  const ledger = await openLedger(
    { cards: cards().replace("['out']", JSON.stringify(to)) },
    {
      destinations: {
        broken: {
          type: defineDestinationType({
            name: 'broken',
            settings: z.strictObject({}),
            open: () => {
              throw new Error('no channel today');
            },
          }),
        },
        away: own('away', { send: () => Promise.reject(new Error('it is away')) }),
        hangs: own('hangs', { send: hangs }),
        lost: own('lost', {
          async send({ checkpoint }) {
            await checkpoint();
            return hangs();
          },
        }),
        nonsense: own('nonsense', { send: async () => 'yes' as never }),
        out: { type: 'directory', folder: 'out' },
      },
    },
  );
  try {
    await expect(ledger.run({ now: '2026-11-20T04:00:00Z' })).rejects.toThrow(
      /^2026-11-20 is not delivered: /,
    );
    const deliveries = await ledger.deliveries('2026-11-20');
    const states = deliveries.map(({ destination, state, note }) => [destination, state, note]);
    const given = 'it was given up: it was silent for 0.1 s';
    expect(states).toEqual([
      ['broken', 'failed', 'the type of destination broken: open threw: no channel today'],
      ['away', 'failed', 'it is away'],
      ['hangs', 'failed', given],
      ['lost', 'unknown', given],
      ['nonsense', 'failed', expect.stringContaining('nonsense gave "yes" as the outcome')],
      ['out', 'delivered', null],
    ]);
    expect(existsSync(path.join(ledger.root, 'out/cards_20261120.csv'))).toBe(true);
  } finally {
    await ledger.close();
  }
});
