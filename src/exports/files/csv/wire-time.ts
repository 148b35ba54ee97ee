const DAY = 86_400_000;
const ZERO = 0x30;

/** Is it `2026-11-20 08:15:00`, perhaps with fractions of a second, of a year from 1000 to 9999? */
export function isDateTime(source: Buffer, start: number, end: number): boolean {
  return (
    isSecond(source, start, end) &&
    (end - start === 19 || (source[start + 19] === 0x2e && source[end - 1]! <= 0x39))
  );
}

/** Is it such a time with `+00` behind it, as of a session in UTC? */
export function isMoment(source: Buffer, start: number, end: number): boolean {
  return isSecond(source, start, end) && source[end - 3] === 0x2b && isDateTime(source, start, end - 3);
}

function isSecond(source: Buffer, start: number, end: number): boolean {
  // A dash there: four digits of a year before it. A space: the date has ended.
  return (
    end - start >= 19 && source[start]! > ZERO && source[start + 4] === 0x2d && source[start + 10] === 0x20
  );
}

/** Is it a number without exponent, and none such as NaN or -0? */
export function isPlain(source: Buffer, start: number, end: number): boolean {
  if (source[start] === 0x2d && end - start === 2) return false;
  for (let k = start; k < end; k++) if (source[k]! > 0x39) return false;
  return true;
}

/** Writes moments of UTC as local time, to the second. Dates are made once a day. */
export class LocalTimes {
  private readonly offsetAt: (instant: number) => number;
  private readonly dates = new Map<number, Buffer>();

  /** @param offsetAt from UTC, ms, at an instant. */
  constructor(offsetAt: (instant: number) => number) {
    this.offsetAt = offsetAt;
  }

  /** Writes the moment that begins at `start`, for which `isMoment` holds, as 19 bytes. */
  write(source: Buffer, start: number, out: Buffer, at: number): void {
    const two = (offset: number) =>
      (source[start + offset]! - ZERO) * 10 + source[start + offset + 1]! - ZERO;
    const day = Date.UTC(two(0) * 100 + two(2), two(5) - 1, two(8));
    const instant = day + ((two(11) * 60 + two(14)) * 60 + two(17)) * 1_000;
    const local = instant + this.offsetAt(instant);
    const localDay = Math.floor(local / DAY);
    out.set(this.date(localDay), at);
    let second = Math.floor((local - localDay * DAY) / 1_000);
    for (const offset of [17, 14, 11]) {
      const part = offset === 11 ? second : second % 60;
      out[at + offset] = ZERO + Math.floor(part / 10);
      out[at + offset + 1] = ZERO + (part % 10);
      second = Math.floor(second / 60);
    }
    out[at + 13] = 0x3a;
    out[at + 16] = 0x3a;
  }

  /** `2026-11-20 ` */
  private date(day: number): Buffer {
    let text = this.dates.get(day);
    if (!text) {
      text = Buffer.from(`${new Date(day * DAY).toISOString().slice(0, 10)} `, 'latin1');
      if (this.dates.size > 10_000) this.dates.clear();
      this.dates.set(day, text);
    }
    return text;
  }
}
