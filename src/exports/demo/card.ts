import { randomOf, type Random } from '../../sampling/random.ts';
import { call } from './calling.ts';
import {
  countries,
  digits,
  draw,
  fileKinds,
  firstNames,
  lastNames,
  oneOf,
  remarks,
  type FileKind,
} from './demo-names.ts';
import { addDays } from '../../time/dates.ts';
import type { Attempt, Card } from './demo-tables.ts';

/** How large a generated call database is, and of which days. */
export interface Calls {
  /** The same seed gives the same database, up to its dates. */
  seed: number;
  /** Customers. */
  cards: number;
  /** Days on which files were loaded and cards called. */
  days: number;
  /** The last of them: a local date, such as `2026-11-19`. */
  until: string;
}

/** Days of one operation. */
const SEGMENT_DAYS = 14;

/** Card number `id`, from 1, and its calls. Cards are spread evenly over the days. */
export function makeCard(calls: Calls, id: number): { card: Card; attempts: Attempt[] } {
  const { seed, cards, days, until } = calls;
  const random = randomOf(seed, 'card', id);
  const dayNumber = Math.floor(((id - 1) * days) / cards);
  const loaded = addDays(until, dayNumber - days + 1);
  const { outcome, attempts } = call(random, id, loaded, until);
  const person = makePerson(random, id, loaded);
  const card: Card = {
    id,
    fichier: fileName(draw(random, fileKinds), loaded),
    segment: `V${String(Math.floor(dayNumber / SEGMENT_DAYS) + 1).padStart(2, '0')}`,
    datechargment: loaded,
    ...person,
    ...outcome,
    remark: outcome.call_start !== null && random() < 0.3 ? oneOf(random, remarks) : null,
  };
  return { card, attempts };
}

/** `CANAL_ECHEANCE_20261120_1MC`. */
export function fileName([prefix, suffix]: FileKind, day: string): string {
  return `${prefix}_${day.replaceAll('-', '')}${suffix}`;
}

function makePerson(random: Random, id: number, loaded: string) {
  const country = draw(random, countries);
  const firstName = oneOf(random, firstNames);
  const lastName = oneOf(random, lastNames);
  // As dialled from another country.
  const phone = () => `00${country.dialling}${digits(random, 8)}`;
  return {
    customer_number: digits(random, 9),
    card_number: digits(random, 12),
    decoder_number: digits(random, 14),
    title: oneOf(random, ['M.', 'Mme']),
    last_name: lastName,
    first_name: firstName,
    address: `${1 + Math.floor(random() * 400)}, rue ${oneOf(random, ['du Port', 'de l’Église', 'Félix Éboué', '10; villa B'])}`,
    city: oneOf(random, country.cities),
    country: country.code,
    language: country.code === 'CM' && random() < 0.2 ? 'en' : 'fr',
    email: random() < 0.3 ? `client${id}@example.com` : null,
    phone1: phone(),
    phone2: random() < 0.4 ? phone() : null,
    phone3: random() < 0.1 ? phone() : null,
    formula: oneOf(random, ['ACCESS', 'EVASION', 'ACCESS +', 'TOUT CANAL+']),
    extras: random() < 0.25 ? oneOf(random, ['CHARME', 'ENGLISH PLUS', 'PVR']) : null,
    subscribed_on: addDays(loaded, -30 - Math.floor(random() * 900)),
    expires_on: addDays(loaded, Math.floor(random() * 30)),
    amount: `${oneOf(random, [5_000, 10_000, 15_000, 20_000, 40_000])}.${oneOf(random, ['00', '00', '50'])}`,
    payment_mode: oneOf(random, ['ESPECES', 'MOBILE MONEY', 'CARTE']),
    distributor: `${oneOf(random, ['Boutique', 'Agence', 'Relais'])} ${digits(random, 3)}`,
  };
}
