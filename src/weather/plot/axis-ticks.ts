const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Most labels that stand side by side without touching. */
const MOST = 11;

const hours = [1, 2, 3, 6, 12];
const days = [1, 2, 5, 10];
const months = [1, 2, 3, 6, 12, 24, 60, 120];

/** Where a time axis is marked, and with what. Times are local, in ms, written as if they were UTC. */
export interface Ticks {
  at: number[];
  label(at: number): string;
}

/**
 * Regular marks of the calendar between two local times: hours, days of the month from the first on, months, years.
 */
export function ticksOf(from: number, to: number): Ticks {
  for (const step of hours) {
    const at = steps(Math.ceil(from / (step * HOUR)) * step * HOUR, to, step * HOUR);
    if (at.length <= MOST) return { at, label: (t) => (t % DAY === 0 ? day(t) : clock(t)) };
  }
  for (const step of days) {
    const at = steps(Math.ceil(from / DAY) * DAY, to, DAY).filter((t) => onDay(t, step));
    if (at.length <= MOST) return { at, label: day };
  }
  for (const step of months) {
    const at = monthsBetween(from, to).filter((t) => monthOf(t) % step === 0);
    if (at.length <= MOST || step === months.at(-1)) {
      return { at, label: (t) => (step >= 12 ? year(t) : month(t, t === at[0])) };
    }
  }
  return { at: [], label: String };
}

function steps(first: number, to: number, step: number): number[] {
  return Array.from({ length: Math.max(0, Math.floor((to - first) / step) + 1) }, (_, i) => first + i * step);
}

/** The 1st, 3rd, 5th …; the 1st, 6th, 11th … up to the 26th, since the 31st would stand beside the 1st. */
function onDay(t: number, step: number): boolean {
  const date = new Date(t).getUTCDate();
  return (date - 1) % step === 0 && (step === 1 || date + step / 2 <= 31);
}

/** Months since the year 0. */
const monthOf = (t: number) => new Date(t).getUTCFullYear() * 12 + new Date(t).getUTCMonth();

function monthsBetween(from: number, to: number): number[] {
  const at: number[] = [];
  for (let n = monthOf(from); ; n += 1) {
    const t = Date.UTC(Math.floor(n / 12), n % 12);
    if (t > to) return at;
    if (t >= from) at.push(t);
  }
}

const names = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const year = (t: number) => String(new Date(t).getUTCFullYear());
const clock = (t: number) => new Date(t).toISOString().slice(11, 16);
const day = (t: number) => `${new Date(t).getUTCDate()} ${names[new Date(t).getUTCMonth()]!}`;
const month = (t: number, first: boolean) => {
  const name = names[new Date(t).getUTCMonth()]!;
  return first || name === 'Jan' ? `${name} ${year(t)}` : name;
};
