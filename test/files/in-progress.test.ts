import { describe, expect, it } from 'vitest';
import { IN_PROGRESS, inProgressFilter, inProgressMasks } from '../../src/files/in-progress.ts';
import { BRANCH_FILE, STORY_FILE } from '../../src/library/archive/special.ts';
import { READY_FILE } from '../../src/library/batch/survey-drop.ts';

const isInProgress = inProgressFilter(IN_PROGRESS);

describe('names of work in progress', () => {
  it.each([
    '.in.photo.jpg.',
    '.pureftpd-upload.652f1c3b.15.4d21.9a3f8c11',
    '.photo.jpg.x4Tr9a',
    '.regie-7f3a.part',
    '.hidden',
    'photo.jpg.part',
    'photo.jpg.ocTransferId42.part',
    'photo.jpg.filepart',
    'photo.jpg.1a2b3c4d.partial',
    '~syncthing~photo.jpg.tmp',
    'PHOTO.JPG.TMP',
    'Unconfirmed 12345.crdownload',
    'photo.jpg.opdownload',
    'sub/.in.photo.jpg.',
    'photo.jpg.download/photo.jpg',
    '.~tmp~/photo.jpg',
    'upload.tmp/sub/photo.jpg',
  ])('%s', (name) => expect(isInProgress(name)).toBe(true));

  it.each([
    'photo.jpg',
    'part',
    'tmp',
    'my.part.jpg',
    'in.photo.jpg',
    'partial/photo.jpg',
    'photo.tmpl',
    '~user',
    'a.parts/b.jpg',
  ])('%s is none', (name) => expect(isInProgress(name)).toBe(false));

  it.each([BRANCH_FILE, STORY_FILE, READY_FILE])('%s is none: it means something', (name) => {
    expect(isInProgress(name)).toBe(false);
    expect(isInProgress(`sub/${name}`)).toBe(false);
  });
});

describe('the setting', () => {
  it('has them all when it is left out, none when it is empty', () => {
    expect(inProgressMasks.parse(undefined)).toEqual(IN_PROGRESS);
    expect(inProgressFilter(inProgressMasks.parse([]))('.x.part')).toBe(false);
    expect(inProgressFilter(['*.busy'])('a.BUSY')).toBe(true);
    expect(inProgressFilter(['*.busy'])('a.part')).toBe(false);
  });

  it.each([['sub/*.part'], [''], [7]])('refuses %j', (mask) => {
    expect(inProgressMasks.safeParse([mask]).success).toBe(false);
  });
});
