import type { ClientBase, Pool } from 'pg';
import type { Attention } from '../task/status.ts';
import { readUnresolvedOf } from './read-incidents.ts';

/** As many as fit on a screen. */
const MOST = 5;

/** The control workflow carries these texts in its history. */
const LONGEST = 400;

/** Something else that waits for somebody, and is in no incident. */
export interface OtherProblem {
  at: Date;
  text: string;
}

/**
 * What an operator has to look at of a task: its incidents that are not resolved, and `others` that the kind keeps in
 * tables of its own, the latest first.
 *
 * @param count how many others there are, where `others` are only the latest of them.
 */
export async function attentionOf(
  db: ClientBase | Pool,
  task: string,
  others: readonly OtherProblem[] = [],
  count = others.length,
): Promise<Attention> {
  const own = await readUnresolvedOf(db, task, MOST);
  const latest = [
    ...others,
    ...own.latest.map(({ id, lastAt, subject, reason }) => ({
      at: new Date(lastAt),
      // Most reasons name what they are about.
      text: `${id}: ${reason.includes(subject) ? '' : `${subject}: `}${reason}`,
    })),
  ].sort((a, b) => b.at.getTime() - a.at.getTime());
  return {
    count: own.count + count,
    latest: latest.slice(0, MOST).map(({ at, text }) => ({
      at: at.toISOString(),
      text: text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text,
    })),
    how: `\`regie incidents --task ${task}\` lists them, and the command that mends each.`,
  };
}
