import { z } from 'zod';
import { defineFormat } from '../format.ts';
import type { Layout } from './layout.ts';

const arrays: Layout = {
  items: (data) => (Array.isArray(data) ? data : undefined),
  expected: 'an array of items',
  expectedStreamed: 'an array of at least one item',
  objects: false,
};

/** The JSON of the network's stations: an array of entries, or one bare entry, `{ meteor, info, data: [item, …] }`. */
export const json = defineFormat({
  name: 'json',
  settings: z.strictObject({}),
  open: async () => new (await import('./read-json.ts')).DocumentReader(arrays),
});
