import { z } from 'zod';
import { defineFormat } from '../format.ts';
import { isItemKey, keyedItem, type Layout } from './layout.ts';

const objects: Layout = {
  items(data) {
    if (Array.isArray(data)) return data;
    if (typeof data !== 'object' || data === null) return undefined;
    const entries = Object.entries(data);
    return entries.some(([key]) => isItemKey(key))
      ? [data]
      : entries.map(([key, item]) => keyedItem(key, item));
  },
  expected: 'an item, or an object or an array of items',
  expectedStreamed: 'an item, or an object or an array of at least one',
  objects: true,
};

/**
 * The network's layout before version 2: the same document as `json`, but an entry's `data` is an object. Either it is one
 * item, or it holds items by number (in the order of their numbers) or by time, which is their `stop_dat` where they have none.
 */
export const jsonV1 = defineFormat({
  name: 'json-v1',
  settings: z.strictObject({}),
  open: async () => new (await import('./read-json.ts')).DocumentReader(objects),
});
