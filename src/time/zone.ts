import { tzOffset } from '@date-fns/tz';

const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;

/**
 * A time zone: turns local times into instants and back. Instants are milliseconds
 * since 1970 UTC; local times are written the same way, as if the clock on the wall were UTC.
 *
 * Asking Intl costs a microsecond or two, far more than reading a value; so offsets are kept by day.
 */
export class Zone {
  readonly name: string;
  /** By local day: the offset in ms that holds all through the days around it, or NaN when the clocks change. */
  private readonly byLocalDay = new Map<number, number>();
  private lastDay = Number.NaN;
  private lastOffset = Number.NaN;

  constructor(name: string) {
    this.name = name;
  }

  /** Offset from UTC at an instant, ms: 14,400,000 for La Réunion. */
  offsetAt(instant: number): number {
    const offset = this.steadyOffset(Math.floor(instant / DAY));
    return Number.isNaN(offset) ? this.askOffset(instant) : offset;
  }

  /**
   * The instant of a local time. Where the clocks change it follows RFC 9557's "compatible": a time that
   * comes twice is its first coming; a time that is skipped is read with the offset before the change (02:30
   * of a skipped 02:00–03:00 is 03:30).
   */
  toInstant(local: number): number {
    const offset = this.steadyOffset(Math.floor(local / DAY));
    if (!Number.isNaN(offset)) return local - offset;
    const before = this.askOffset(local - DAY);
    if (this.askOffset(local - before) === before) return local - before;
    const after = this.askOffset(local + DAY);
    return this.askOffset(local - after) === after ? local - after : local - before;
  }

  /** The local time at an instant. */
  toLocal(instant: number): number {
    return instant + this.offsetAt(instant);
  }

  /** Start of the hour (start, start + 1 h] of local time that an instant ends or lies in; as an instant. */
  hourOf(instant: number): number {
    // 13:00 belongs to hour 12, so the clock is read just before.
    const offset = this.offsetAt(instant - 1);
    return Math.floor((instant - 1 + offset) / HOUR) * HOUR - offset;
  }

  private steadyOffset(day: number): number {
    if (day === this.lastDay) return this.lastOffset;
    let offset = this.byLocalDay.get(day);
    if (offset === undefined) {
      // Local days are up to 14 h off UTC's: equal offsets from a day before to two days after mean that
      // nothing changes in the day, whichever clock counts it.
      const start = this.askOffset((day - 1) * DAY);
      const steady = [0, 1, 2].every((later) => this.askOffset((day + later) * DAY) === start);
      offset = steady ? start : Number.NaN;
      this.byLocalDay.set(day, offset);
    }
    this.lastDay = day;
    this.lastOffset = offset;
    return offset;
  }

  private askOffset(instant: number): number {
    return tzOffset(this.name, new Date(instant)) * MINUTE;
  }
}

const zones = new Map<string, Zone>();

/** The zone of an IANA name; one object a name, so that what it learnt serves all who ask. */
export function zoneOf(name: string): Zone {
  let zone = zones.get(name);
  if (!zone) zones.set(name, (zone = new Zone(name)));
  return zone;
}
