import type { Random } from '../../sampling/random.ts';
import {
  answeredCodes,
  digits,
  draw,
  machineStatuses,
  refusalCodes,
  statuses,
  type Called,
  type Status,
} from './demo-names.ts';
import { addDays } from '../../time/dates.ts';
import { timeOn } from './days.ts';
import type { Attempt, Card } from './demo-tables.ts';

/** A card is given up after so many attempts, and blocked after so many answering machines. */
const MOST_ATTEMPTS = 5;
const MOST_MACHINES = 2;
/** Of 100 cards. */
const RESUBSCRIBED = 4;
const BEHIND_MACHINES = 15;
const RELOADED = 10;

/** What came of calling a card: the columns that the dialler writes. */
export type Outcome = Pick<
  Card,
  | 'codefinappel'
  | 'coderefus'
  | 'called'
  | 'called_old'
  | 'dateappel'
  | 'call_start'
  | 'call_end'
  | 'duration'
  | 'attempts'
  | 'agent'
  | 'callback_at'
  | 'satisfaction'
>;

/** Calls the card `id`, loaded on `loaded`, up to and including the day `until`. */
export function call(
  random: Random,
  id: number,
  loaded: string,
  until: string,
): { outcome: Outcome; attempts: Attempt[] } {
  const reloaded = random() * 100 < RELOADED;
  const resubscribed = random() * 100 < RESUBSCRIBED;
  const chances = random() * 100 < BEHIND_MACHINES ? machineStatuses : statuses;
  const attempts: Attempt[] = [];
  let machines = 0;
  let day = addDays(loaded, Math.floor(random() * 2));
  while (!resubscribed && day <= until && attempts.length < MOST_ATTEMPTS && machines < MOST_MACHINES) {
    const status = draw(random, chances);
    const answered = status === 'ANSWERED';
    attempts.push({
      main_id: id,
      number: attempts.length + 1,
      started: timeOn(day, (8 + random() * 11.5) * 3_600),
      duration: answered ? 20 + Math.floor(random() * 580) : 0,
      status,
      agent: answered ? `A${digits(random, 2)}` : null,
    });
    if (answered || status === 'WRONG_NUMBER') break;
    if (status === 'ANSWERING_MACHINE') machines += 1;
    day = addDays(day, 1 + Math.floor(random() * 2));
  }
  const called = resubscribed ? 'D' : calledOf(attempts, machines);
  return { outcome: outcomeOf(random, called, reloaded, attempts), attempts };
}

function calledOf(attempts: readonly Attempt[], machines: number): Called {
  const last = attempts.at(-1);
  if (!last) return 'N';
  if (last.status === 'ANSWERED') return 'O';
  return machines === MOST_MACHINES ? 'B' : 'X';
}

function outcomeOf(random: Random, called: Called, reloaded: boolean, attempts: readonly Attempt[]): Outcome {
  const last = attempts.at(-1);
  const code = codeOf(random, last, attempts.length);
  const talk = last?.status === 'ANSWERED' ? last : undefined;
  // Between the dialling and the first word.
  const start = talk && secondsAfter(talk.started, 5 + Math.floor(random() * 20));
  return {
    codefinappel: code,
    coderefus: code === 'REFUS' ? draw(random, refusalCodes) : null,
    called,
    called_old: reloaded ? (random() < 0.5 ? 'X' : 'N') : null,
    dateappel: last?.started ?? null,
    call_start: start ?? null,
    call_end: talk && start ? secondsAfter(start, talk.duration) : null,
    duration: talk?.duration ?? null,
    attempts: attempts.length,
    agent: talk?.agent ?? null,
    callback_at:
      code === 'RAPPEL' ? timeOn(addDays(last!.started.slice(0, 10), 2), (9 + random() * 9) * 3_600) : null,
    satisfaction: talk && random() < 0.6 ? Math.floor(random() * 11) : null,
  };
}

function codeOf(random: Random, last: Attempt | undefined, attempts: number): string | null {
  const status = last?.status as Status | undefined;
  if (status === undefined || status === 'ANSWERING_MACHINE') return null;
  if (status === 'ANSWERED') return draw(random, answeredCodes);
  return status === 'WRONG_NUMBER' || attempts === MOST_ATTEMPTS ? 'CNADEF' : 'CNANONDEF';
}

function secondsAfter(time: string, seconds: number): string {
  return timeOn(time.slice(0, 10), Date.parse(`1970-01-01T${time.slice(11)}Z`) / 1_000 + seconds);
}
