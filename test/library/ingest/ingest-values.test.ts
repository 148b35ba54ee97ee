import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { valuesOf, wantedTags } from '../../../src/library/ingest/ingest-values.ts';
import { Tags } from '../../../src/library/metadata/tags.ts';
import type { Field } from '../../../src/library/model/databox.ts';

let ids = 0;
const field = (name: string, more: Partial<Field> = {}): Field => ({
  id: (ids += 1),
  name,
  sources: [],
  type: 'text',
  multi: false,
  separators: ';',
  readOnly: false,
  required: false,
  ...more,
});
const tags = (all: Record<string, unknown>) =>
  new Tags(Object.fromEntries(Object.entries(all).map(([key, val]) => [key, { val }])));
const said = (values: Record<string, string[]>) => ({ values: new Map(Object.entries(values)) });
const plain = (found: ReturnType<typeof valuesOf>) =>
  Object.fromEntries(found.values.map(({ field: { name }, values }) => [name, values]));

describe('valuesOf', () => {
  it('takes the first source that has a value', () => {
    const title = field('Title', { sources: ['IPTC:Headline', 'XMP-dc:Title', 'XMP:Title'] });
    expect(
      plain(valuesOf([title], 'a', tags({ 'IPTC:Headline': ' ', 'XMP:XMP-dc:Title': 'T' }), undefined)),
    ).toEqual({ Title: ['T'] });
    expect(plain(valuesOf([title], 'a', undefined, undefined))).toEqual({});
  });

  it('the name of the file is what it was called, wherever ExifTool has read it', () => {
    const name = field('Name', { sources: ['File:FileName'] });
    const found = valuesOf([name], 'été.jpg', tags({ 'File:System:FileName': 'x' }), undefined);
    expect(plain(found)).toEqual({ Name: ['été.jpg'] });
    expect(wantedTags({ name: 'press', fields: [name] })).toEqual([]);
  });

  it('numbers are taken as they are, texts as they are printed', () => {
    const latitude = new Tags({ 'EXIF:GPS:GPSLatitude': { val: `48 deg`, num: '48.87' } });
    const fields = [
      field('Number', { sources: ['GPS:GPSLatitude'], type: 'number' }),
      field('Text', { sources: ['GPS:GPSLatitude'] }),
    ];
    expect(plain(valuesOf(fields, 'a', latitude, undefined))).toEqual({
      Number: ['48.87'],
      Text: ['48 deg'],
    });
  });

  it('splits values of multi-valued fields, each once; joins those of the others', () => {
    const fields = [field('Multi', { multi: true, separators: ';,' }), field('One')];
    const found = valuesOf(
      fields,
      'a',
      undefined,
      said({ multi: ['a; b,', ' a', 'c'], ONE: ['x;y', '', 'z'] }),
    );
    expect(plain(found)).toEqual({ Multi: ['a', 'b', 'c'], One: ['x;y; z'] });
  });

  it('what people say counts, but for read-only fields, and where they say nothing', () => {
    const fields = [
      field('A', { sources: ['XMP:A'] }),
      field('B', { sources: ['XMP:B'] }),
      field('C', { sources: ['XMP:C'], readOnly: true }),
      field('Two Words'),
    ];
    const embedded = tags({ 'XMP:A': 'a', 'XMP:B': 'b', 'XMP:C': 'c' });
    const found = valuesOf(
      fields,
      'x',
      embedded,
      said({ a: ['said'], b: [' '], c: ['said'], two_words: ['w'], d: ['?'] }),
    );
    expect(plain(found)).toEqual({ A: ['said'], B: ['b'], C: ['c'], 'Two Words': ['w'] });
    expect(found.unknown).toEqual(['c', 'd']);
  });

  it('names required fields that have no value', () => {
    const fields = [field('A', { required: true }), field('B', { required: true })];
    expect(valuesOf(fields, 'x', undefined, said({ a: ['1'] })).missing).toEqual([fields[1]]);
  });

  it('never gives an empty value, a NUL, a value twice, or several to a field that holds one', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', ';', ',', ' ', '\0', 'é') });
    fc.assert(
      fc.property(fc.array(text), fc.array(text), fc.boolean(), (embedded, texts, multi) => {
        const one = field('F', { sources: ['XMP:F'], multi, separators: ';,' });
        const { values } = valuesOf([one], 'x', tags({ 'XMP:F': embedded }), said({ F: texts }));
        for (const { values: all } of values) {
          expect(all.length).toBeGreaterThan(0);
          expect(new Set(all).size).toBe(all.length);
          for (const value of all)
            expect(value).toMatch(multi ? /^[^\0;, ]([^\0;,]*[^\0;, ])?$/ : /^[^\0]+$/);
          if (!multi) expect(all).toHaveLength(1);
        }
      }),
    );
  });

  it('a source that would be an option of ExifTool is refused', () => {
    const bad = field('F', { sources: ['XMP:Title', 'all= '] });
    expect(() => wantedTags({ name: 'press', fields: [bad] })).toThrow(
      'the field F of databox press has the source "all= "; expected a tag as ExifTool names it',
    );
  });
});
