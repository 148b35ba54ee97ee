import { expect, it } from 'vitest';
import { findMarkers } from '../../src/intake/markers.ts';
import { markerEnding } from '../../src/intake/stability-settings.ts';

const names = (all: string[]) => all.map((name) => ({ name }));

it('markers are told from files, and from markers whose files are not there', () => {
  const found = findMarkers(
    names(['a.jpg', 'a.jpg.ok', 'b.jpg', 'c.jpg.ok', '.ok', 'in/d', 'in/d.ok', 'in/.ok']),
    '.ok',
  );
  expect(found.files.map(({ name }) => name)).toEqual(['a.jpg', 'b.jpg', '.ok', 'in/d', 'in/.ok']);
  expect([...found.markers].map(([name, marker]) => [name, marker.name])).toEqual([
    ['a.jpg', 'a.jpg.ok'],
    ['in/d', 'in/d.ok'],
  ]);
  expect(found.alone.map(({ name }) => name)).toEqual(['c.jpg.ok']);
});

it('without the setting every file is one', () => {
  expect(findMarkers(names(['a', 'a.ok']), undefined).files).toHaveLength(2);
});

it.each(['', 'a/b', 'x\n'])('the ending %j is none', (ending) => {
  expect(markerEnding.safeParse(ending).success).toBe(false);
});
