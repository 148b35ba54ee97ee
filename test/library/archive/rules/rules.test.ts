import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Rules } from '../../../../src/library/archive/rules/match.ts';
import { rulesSchema } from '../../../../src/library/archive/rules/file-rule-settings.ts';

const rules = (given: unknown) => new Rules(rulesSchema.parse(given));
const one = (given: unknown, name: string) => rules(given).files([name]).get(name);

describe('rules for files', () => {
  it.each([
    [[{ mask: '^(.+)\\.jpg$', caption: '$1.xml' }], 'a.jpg', ['a.xml']],
    [[{ mask: '^(.+)\\.jpg$', caption: '\\1.xml' }], 'a.jpg', ['a.xml']],
    [[{ mask: '/^(.+)\\.jpe?g$/i', caption: '$1.xml' }], 'A.JPEG', ['A.xml']],
    // Only what matches is replaced.
    [[{ mask: '\\.jpg$', caption: '.txt' }], 'a.b.jpg', ['a.b.txt']],
    [[{ mask: 'jpg' }, { mask: '.', caption: '$&.xml' }], 'a.jpg', []],
    // A file is not described by itself.
    [[{ mask: '^.*$', caption: '$&' }], 'a.jpg', []],
    ['<rules><file mask="/^(.+)\\.jpg$/i" caption="$1.xml"/></rules>', 'b.JPG', ['b.xml']],
  ])('%j: %s is described by %j', (given, name, captions) => {
    expect(one(given, name)).toEqual({ captions });
  });

  it('take nothing that no mask matches', () => {
    expect(one([{ mask: '\\.jpg$' }], 'a.txt')).toBeUndefined();
  });

  it('without any, every file is taken, described by <name>.xml or <stem>.xml', () => {
    expect(one([], 'a.b.jpg')).toEqual({ captions: ['a.b.xml', 'a.b.XML', 'a.b.jpg.xml', 'a.b.jpg.XML'] });
    expect(one([], 'a.xml')).toEqual({ captions: [] });
    expect(one([], 'README')).toEqual({ captions: ['README.xml', 'README.XML'] });
    expect(one([{ grouping: 'x' }], 'a.jpg')).toMatchObject({
      captions: expect.arrayContaining(['a.xml']) as unknown,
    });
  });

  it.each(['../../etc/passwd', '/etc/passwd', '.hidden', '..', '', 'a/b', 'a\\b', 'a\0b'])(
    'lead to no other folder: caption %j',
    (caption) => {
      const given = caption === '' ? [{ mask: '^.*$', caption: '$9' }] : [{ mask: '^.*$', caption }];
      const match = one(given, 'a.jpg');
      expect(match === undefined || 'fault' in match || match.captions.every((made) => made === '$9')).toBe(
        true,
      );
    },
  );

  it('make names of files of the same folder only, whatever the name and the replacement', () => {
    const part = fc.constantFrom('..', '/', '\\', '$1', '$&', 'a', '.', ' ', '\0', 'é', '$`', "$'");
    const text = fc.array(part, { minLength: 1, maxLength: 6 }).map((all) => all.join(''));
    fc.assert(
      fc.property(text, text, (caption, name) => {
        const match = one([{ mask: '^(.)(.*)$', caption }], name);
        if (!match || 'fault' in match) return;
        for (const made of match.captions) expect(made).toMatch(/^[^./\\\0][^/\\\0]*$/);
      }),
    );
  });

  it('a mask that would take years for a name is a fault of that name alone', () => {
    const slow = rules([{ mask: '^(a+)+$' }]);
    const bad = `${'a'.repeat(60)}!`;
    const found = slow.files(['aa', bad, 'b']);
    expect(found.get('aa')).toEqual({ captions: [] });
    expect(found.get('b')).toBeUndefined();
    expect(found.get(bad)).toMatchObject({
      fault: expect.stringContaining('gave no answer within 100 ms') as string,
    });
  });
});

describe('rules for folders', () => {
  it('say which are stories, and what describes and represents them', () => {
    const given = '<files><grouping mask="^(\\d+)-(.+)$" caption="\\2.xml" representation="$2.jpg"/></files>';
    expect(rules(given).grouping('12-sea')).toEqual({ caption: 'sea.xml', representation: 'sea.jpg' });
    expect(rules(given).grouping('sea')).toBeUndefined();
  });

  it('lead to no other folder', () => {
    expect(() => rules([{ grouping: '^.*$', caption: '../$&.xml' }]).grouping('a')).toThrow(
      'expected the name of a file',
    );
  });
});

describe('settings of rules', () => {
  it.each([
    ['<files><file caption="a"/></files>', 'rules, line 1, column 8: <file> has no mask'],
    ['<files><file mask="("/></files>', 'its mask is no regular expression'],
    ['<files><folder mask="a"/></files>', '<folder> is no rule; expected <file> or <grouping>'],
    ['<files>', 'rules, line 1, column 8: Missing end tag'],
    [[{ mask: '(' }], 'expected a regular expression'],
    [[{ mask: '/a/g' }], undefined],
  ])('%j', (given, message) => {
    const found = rulesSchema.safeParse(given);
    if (message === undefined) expect(found.success).toBe(true);
    else expect(JSON.stringify(found.error?.issues)).toContain(message.replaceAll('"', '\\"'));
  });
});
