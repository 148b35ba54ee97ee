/** How the items of an entry stand in its `data`. */
export interface Layout {
  /** The items of a whole `data`; undefined where it is none. */
  items(data: unknown): readonly unknown[] | undefined;
  /** What `data` should be, for messages; of one that is streamed, too. */
  expected: string;
  expectedStreamed: string;
  /** May `data` be an object of items, or one bare item? */
  objects: boolean;
}

/** Keys that an item has and no name of an item is. */
const ITEM_KEYS = ['stop_dat', 'start_dat', 'current', 'valeurs', 'aggregations', 'validation'];

/** Is this a key of an item, so that the object that has it is one bare item? */
export function isItemKey(key: string): boolean {
  return ITEM_KEYS.includes(key);
}

/** An item by its key: a key that is no number is the time of an item that says none itself. */
export function keyedItem(key: string, item: unknown): unknown {
  if (/^\d+$/.test(key) || typeof item !== 'object' || item === null || Array.isArray(item)) return item;
  if ('stop_dat' in item || 'start_dat' in item) return item;
  return { ...item, stop_dat: key };
}
