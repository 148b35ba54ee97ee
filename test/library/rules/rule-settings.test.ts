import { expect, test } from 'vitest';
import { moverSettings } from '../../../src/library/rules/rule-settings.ts';

const rule = { name: 'r', action: 'update', databox: 'Press', to: { status: '1xxxx' } };

test.each<[string, unknown, string]>([
  ['no rule', {}, 'expected rules'],
  ['an update without effect', { rules: [{ ...rule, to: {} }] }, 'expected a collection, or a status mask'],
  ["a mask of don't-cares as effect", { rules: [{ ...rule, to: { status: 'xxxx' } }] }, 'changes nothing'],
  ['an update without `to`', { rules: [{ ...rule, to: undefined }] }, 'expected object'],
  [
    'a delete without clause',
    { rules: [{ ...rule, action: 'delete', to: undefined, from: {} }] },
    'every record',
  ],
  [
    'a trash with a type alone',
    {
      rules: [
        { name: 'r', databox: 'Press', action: 'trash', from: { type: 'STORY', status: 'xxxx', text: [] } },
      ],
    },
    'every record',
  ],
  ['a `to` on a delete', { rules: [{ ...rule, action: 'delete' }] }, 'Unrecognized key: "to"'],
  ['an unknown clause', { rules: [{ ...rule, from: { colection: {} } }] }, 'Unrecognized key: "colection"'],
  [
    'an unknown operator',
    { rules: [{ ...rule, from: { text: [{ field: 'A', compare: '==', value: '' }] } }] },
    'Invalid option',
  ],
  [
    'no collection',
    { rules: [{ ...rule, from: { collection: { compare: '=', collections: [] } } }] },
    'Too small',
  ],
  ['an unknown action', { rules: [{ ...rule, action: 'move' }] }, 'Invalid'],
  ['two rules of a name', { rules: [rule, rule] }, 'another rule has this name'],
  [
    'zones without any',
    { zones: [{ name: 'z', databox: 'Press', dates: [{ field: 'A' }, { field: 'B' }] }] },
    'at least one of `before`, `between` and `after`',
  ],
])('%s is refused', (_, settings, words) => {
  const { success, error } = moverSettings.safeParse(settings);
  expect(success).toBe(false);
  expect(error?.issues.map(({ message }) => message).join('; ')).toContain(words);
});
