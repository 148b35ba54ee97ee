import { randomOf } from '../../sampling/random.ts';
import { fileName, makeCard, type Calls } from './card.ts';
import { africa, countries, digits, frais } from './demo-names.ts';
import { addDays } from '../../time/dates.ts';
import type { Attempt, Card, ClosedFile, LoadReject, Quota } from './demo-tables.ts';

/** Of 100 cards so many come twice in their file, and beside so many stands a line that is no customer. */
const DUPLICATES = 3;
const INVALID = 2;

/** The rows of each table, made while they are taken: a database of any size needs no memory. */
export const rowsOf = {
  *main(calls: Calls): Generator<Card> {
    for (let id = 1; id <= calls.cards; id += 1) yield makeCard(calls, id).card;
  },

  *attempt(calls: Calls): Generator<Attempt> {
    for (let id = 1; id <= calls.cards; id += 1) yield* makeCard(calls, id).attempts;
  },

  *load_reject(calls: Calls): Generator<LoadReject> {
    let made = 0;
    for (let id = 1; id <= calls.cards; id += 1) {
      const random = randomOf(calls.seed, 'reject', id);
      const chance = random() * 100;
      if (chance >= DUPLICATES + INVALID) continue;
      const { fichier, segment, customer_number, phone1 } = makeCard(calls, id).card;
      const line = 2 + Math.floor(random() * 5_000);
      const shared = { id: (made += 1), fichier, segment, line };
      if (chance < DUPLICATES) {
        const detail = `same customer as card ${id}`;
        yield { ...shared, reason: 'DUPLICATE', customer_number, phone: phone1, detail };
      } else {
        const phone = digits(random, 5);
        const detail = `phone: ${phone.length} digits`;
        yield { ...shared, reason: 'INVALID', customer_number: digits(random, 9), phone, detail };
      }
    }
  },

  *closed_file({ until }: Calls): Generator<ClosedFile> {
    // Loaded so lately that they would not be closed by their age, on the day after `until`.
    yield { fichier: fileName(frais, addDays(until, -2)), reason: 'withdrawn by the client' };
    yield { fichier: fileName(africa, addDays(until, -4)), reason: 'operation ended early' };
  },

  *quota(_calls: Calls): Generator<Quota> {
    for (const [{ code, quota }] of countries) yield { country: code, wanted: quota };
  },
};
