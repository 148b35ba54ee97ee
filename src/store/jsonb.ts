/**
 * JSON text that PostgreSQL's `jsonb` takes: it knows neither U+0000 nor half a surrogate pair, and one of
 * them would fail the whole transaction.
 */
export function toJsonb(value: unknown): string {
  const text = JSON.stringify(value);
  return /\\u(?:0000|d[89a-f])/i.test(text) ? JSON.stringify(clean(value)) : text;
}

/** Text that PostgreSQL's `text` takes. */
export function toText(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/\0|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd');
}

function clean(value: unknown): unknown {
  if (typeof value === 'string') return toText(value);
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [toText(key), clean(each)]));
}
