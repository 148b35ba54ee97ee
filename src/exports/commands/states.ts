import type { PeriodState } from '../ledger/periods.ts';
import type { Output } from '../../command/output.ts';

/** A letter for each state, for calendars. */
export const marks: Record<PeriodState, string> = {
  due: '.',
  running: '>',
  produced: 'p',
  held: 'H',
  delivered: '+',
  failed: 'F',
  unknown: '?',
  missed: 'M',
  discarded: 'x',
};

/** A state, or what stands for it, in its colour: green is over, yellow goes on, red waits for somebody. */
export function painted(state: PeriodState, colors: Output['colors'], text: string = state): string {
  if (state === 'delivered') return colors.green(text);
  if (state === 'discarded') return colors.dim(text);
  return ['held', 'failed', 'unknown', 'missed'].includes(state) ? colors.red(text) : colors.yellow(text);
}
