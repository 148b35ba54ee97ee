import { TZDate } from '@date-fns/tz';
import type { MoverSettings, Rule } from '../../../src/library/rules/rule-settings.ts';
import { applyMask, matches } from '../../../src/library/status/mask.ts';
import type { TestRecord } from './support.ts';

/** A record of the model: gone when it was deleted. */
type ModelRecord = TestRecord & { gone?: boolean };

/** What the model says became of one rule. */
export type ModelOutcome =
  | {
      name: string;
      what: 'done';
      affected: number;
      moved: number;
      status: number;
      trashed: number;
      deleted: number;
    }
  | { name: string; what: 'too-many' | 'inactive' };

/**
 * Rules as docs/library.md has them, record by record, clause by clause: what SQL is held against. Changes `records`.
 * `later`: a moment after the run's, which is when it changes records.
 */
export function play(
  records: ModelRecord[],
  { rules, snapshot }: Pick<MoverSettings, 'rules' | 'snapshot'>,
  { now, later, timezone }: { now: Date; later: Date; timezone: string },
): ModelOutcome[] {
  const clock = { now, timezone };
  const select = (rule: Rule) => records.filter((record) => isSelected(record, rule, clock));
  const isEarly = (rule: Rule) => rule.snapshot ?? snapshot;
  const early = new Map(
    rules.filter((rule) => rule.active && isEarly(rule)).map((rule) => [rule, select(rule)]),
  );
  return rules.map((rule): ModelOutcome => {
    const { name } = rule;
    if (!rule.active) return { name, what: 'inactive' };
    const selected = early.get(rule) ?? select(rule);
    if (rule.maxAffected !== undefined && selected.length > rule.maxAffected)
      return { name, what: 'too-many' };
    const outcome = { name, what: 'done' as const, affected: 0, moved: 0, status: 0, trashed: 0, deleted: 0 };
    for (const record of selected) act(record, rule, later, outcome);
    return outcome;
  });
}

function act(
  record: ModelRecord,
  rule: Rule,
  later: Date,
  outcome: Extract<ModelOutcome, { what: 'done' }>,
): void {
  // A former rule may have taken it away; the trash is left alone by all but a rule that asks for it.
  if (record.gone || (record.trashed !== null) !== asksForTrash(rule)) return;
  if (rule.action === 'update') {
    if (!changes(record, rule)) return;
    const { collection = record.collection, status } = rule.to;
    const next = status ? applyMask(record.status, status) : record.status;
    outcome.moved += collection === record.collection ? 0 : 1;
    outcome.status += next === record.status ? 0 : 1;
    record.collection = collection as string;
    record.status = next;
    record.modified = later;
  } else if (rule.action === 'trash') {
    record.trashed = later;
    record.modified = later;
    outcome.trashed += 1;
  } else {
    record.gone = true;
    outcome.deleted += 1;
  }
  outcome.affected += 1;
}

interface Clock {
  now: Date;
  timezone: string;
}

function isSelected(record: ModelRecord, rule: Rule, clock: Clock): boolean {
  const { type, text, date, collection, status } = rule.from;
  return (
    !record.gone &&
    (record.trashed !== null) === asksForTrash(rule) &&
    (type === undefined || record.type === type.toLowerCase()) &&
    (!collection || collection.collections.includes(record.collection) === (collection.compare === '=')) &&
    (!status || matches(record.status, status)) &&
    text.every((clause) => hasText(record, clause)) &&
    date.every((clause) => isDue(record, clause, clock)) &&
    changes(record, rule)
  );
}

const asksForTrash = (rule: Rule) => rule.from.date.some(({ field }) => field === '#trashed');

/** Does an update change anything of the record? */
function changes(record: ModelRecord, rule: Rule): boolean {
  if (rule.action !== 'update') return true;
  const { collection, status } = rule.to;
  return (
    (collection !== undefined && collection !== record.collection) ||
    (status !== undefined && applyMask(record.status, status) !== record.status)
  );
}

function hasText(record: ModelRecord, { field, compare, value }: Rule['from']['text'][number]): boolean {
  const values = record.values[field] ?? [];
  const orders = values.map((each) =>
    field === 'Rating'
      ? Number(each) - Number(value)
      : Buffer.compare(Buffer.from(each), Buffer.from(String(value))),
  );
  switch (compare) {
    case '=':
      return orders.some((order) => order === 0);
    case '!=':
      return orders.length > 0 && orders.every((order) => order !== 0);
    case '<':
      return orders.some((order) => order < 0);
    case '>':
      return orders.some((order) => order > 0);
    case '<=':
      return orders.some((order) => order <= 0);
    case '>=':
      return orders.some((order) => order >= 0);
  }
}

/** Local times as their digits, which sort as they do. */
function isDue(
  record: ModelRecord,
  { field, direction, delta }: Rule['from']['date'][number],
  { now, timezone }: Clock,
): boolean {
  const own = { '#created': record.created, '#modified': record.modified, '#trashed': record.trashed }[field];
  const dates = own ? [localTime(own, timezone)] : (record.values[field] ?? []);
  if (dates.length === 0) return false;
  const due = dates
    .map((date) => addDays(date, delta))
    .sort()
    .at(-1)!;
  return localTime(now, timezone) < due === (direction === 'before');
}

/** `2026-06-01T13:30:00.000` on a zone's clock. */
export function localTime(instant: Date, timezone: string): string {
  const { year, month, day, hour, minute, second, ms } = partsOf(new TZDate(instant, timezone));
  return new Date(Date.UTC(year, month, day, hour, minute, second, ms)).toISOString().slice(0, -1);
}

function partsOf(date: Date) {
  return {
    year: date.getFullYear(),
    month: date.getMonth(),
    day: date.getDate(),
    hour: date.getHours(),
    minute: date.getMinutes(),
    second: date.getSeconds(),
    ms: date.getMilliseconds(),
  };
}

const addDays = (local: string, days: number) =>
  new Date(Date.parse(`${local.replace(' ', 'T').replace(/Z$/, '')}Z`) + days * 86_400_000)
    .toISOString()
    .slice(0, -1);
