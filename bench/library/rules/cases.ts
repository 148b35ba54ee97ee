import type { RuleInput } from '../../../src/library/rules/rule-settings.ts';

/** What is measured: a statement that changes the same records, or a rule. */
export interface Case {
  label: string;
  /** Does it change the tenth that the library has for it, or nothing? */
  changes: boolean;
  what: { sql: string } | { rule: RuleInput };
}

const rule = (from: RuleInput['from']): Case['what'] => ({
  rule: { name: 'bench', action: 'update', databox: 'Press', from, to: { status: '1xxxxxxxx' } },
});

const bare = `update library.record set status = status | 256, modified_at = now() where status = 48`;

const withEvents = `
  with changed as (${bare} returning id, databox_id, status)
  insert into library.event (databox_id, record_id, task, run, what, before, after)
  select databox_id, id, 'bench', 'run/bench', 'status', '{"status": "110000"}',
         jsonb_build_object('status', status::bit(12)::text)
  from changed`;

export const bareLabel = 'bare update … where status = …';

/** Those that change nothing come last: they leave the library to the next. */
export const cases: readonly Case[] = [
  { label: bareLabel, changes: true, what: { sql: bare } },
  { label: 'the same, with its events', changes: true, what: { sql: withEvents } },
  { label: 'rule: mask', changes: true, what: rule({ status: '000011xxxx' }) },
  {
    label: 'rule: field = value',
    changes: true,
    what: rule({ text: [{ field: 'Author', compare: '=', value: 'Wanted' }] }),
  },
  {
    label: 'rule: date after',
    changes: true,
    what: rule({ date: [{ field: 'Expires', direction: 'after' }] }),
  },
  { label: 'rule: mask, none matches', changes: false, what: rule({ status: '1xxxx1xxxx' }) },
  {
    label: 'rule: field = value, none matches',
    changes: false,
    what: rule({ text: [{ field: 'Author', compare: '=', value: 'Nobody' }] }),
  },
  {
    label: 'rule: date after, none matches',
    changes: false,
    what: rule({ date: [{ field: 'Expires', direction: 'after', delta: 3000 }] }),
  },
];
