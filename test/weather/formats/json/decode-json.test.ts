import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeUtf8 } from '../../../../src/weather/formats/json/decode-json.ts';

it('decodes like toString, wherever the accents stand', () => {
  const text = fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), fc.nat(1500)), { maxLength: 12 });
  fc.assert(
    fc.property(text, (parts) => {
      const bytes = Buffer.from(parts.map(([word, gap]) => word + ' '.repeat(gap)).join('à'));
      expect(decodeUtf8(bytes)).toBe(bytes.toString('utf8'));
    }),
  );
});

it('decodes like toString what is no UTF-8', () => {
  const pieces = fc.array(fc.tuple(fc.uint8Array({ maxLength: 8 }), fc.nat(1500)), { maxLength: 12 });
  fc.assert(
    fc.property(pieces, (parts) => {
      const bytes = Buffer.concat(
        parts.flatMap(([wild, gap]) => [Buffer.from(wild), Buffer.alloc(gap, 'x')]),
      );
      expect(decodeUtf8(bytes)).toBe(bytes.toString('utf8'));
    }),
  );
});
