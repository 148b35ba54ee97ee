import { decodeUtf8 } from './decode-json.ts';
import type { FormatFile } from '../format.ts';
import type { Layout } from './layout.ts';
import { StationFinder } from './station-finder.ts';
import { findSyntaxError, failBroken } from './syntax.ts';

export const EXPECTED_ENTRY = 'an object { meteor, info, data }';

/** Reads a whole document of observations: parses its text, finds its station, hands over each item. */
export function readDocument(bytes: Buffer, file: FormatFile, layout: Layout): void {
  const value = parse(bytes, file);
  if (file.failed) return;
  const entries: unknown[] = Array.isArray(value) ? value : [value];
  const found = new StationFinder();
  entries.forEach((entry, index) => found.see(index, isObject(entry) ? entry['meteor'] : undefined));
  const station = found.decide(file, entries.length);
  if (station === undefined) return;
  entries.forEach((entry, index) => readEntry(entry, index, station, file, layout));
}

function readEntry(entry: unknown, index: number, station: string, file: FormatFile, layout: Layout): void {
  if (!isObject(entry)) {
    file.refuse({ what: 'not-an-entry', entry: index, value: entry, expected: EXPECTED_ENTRY });
    return;
  }
  if (!checkMeteor(entry['meteor'], index, station, file)) return;
  const { data, info } = entry;
  const items = layout.items(data);
  if (!items || items.length === 0) {
    file.refuse({
      what: items ? 'empty-data' : 'no-data',
      entry: index,
      field: 'data',
      value: data,
      expected: items ? 'at least one item' : layout.expected,
    });
    return;
  }
  const type = isObject(info) ? info['json_type'] : undefined;
  for (let item = 0; item < items.length; item += 1) {
    file.item(station, items[item], { entry: index, item }, type);
  }
}

/** Refuses an entry that does not say which station it is of. */
export function checkMeteor(meteor: unknown, entry: number, station: string, file: FormatFile): boolean {
  if (meteor === station) return true;
  const expected = `the station's code, ${JSON.stringify(station)} as in the other entries`;
  file.refuse({ what: 'no-station', entry, field: 'meteor', value: meteor, expected });
  return false;
}

function parse(bytes: Buffer, file: FormatFile): unknown {
  const text = decodeUtf8(bytes);
  const json = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  try {
    return JSON.parse(json);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    if (json.trim() === '') file.fail('broken-json', 'the file is empty; expected a JSON array of entries');
    else failBroken(file, findSyntaxError(bytes));
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
