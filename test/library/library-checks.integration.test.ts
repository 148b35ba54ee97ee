import { afterEach, expect, test } from 'vitest';
import type { ZodType } from 'zod';
import { archive } from '../../src/library/archive/archive-kind.ts';
import type { ArchiveSettings } from '../../src/library/archive/archive-settings.ts';
import { batchUpload } from '../../src/library/batch/batch-upload-kind.ts';
import { checkExifTool, checkWriters } from '../../src/library/library-checks.ts';
import type { Kind } from '../../src/task/kind.ts';
import { bareConfig } from '../support/bare-config.ts';

const { PATH } = process.env;
afterEach(() => {
  process.env['PATH'] = PATH;
});

const contextWith = (kinds: readonly Kind[], own: object = {}) => ({
  config: {
    ...bareConfig(import.meta.dirname),
    file: import.meta.filename,
    tasks: kinds.map((kind) => ({
      name: kind.name,
      kind,
      aliases: [],
      every: 1_000,
      settings: {
        ...(kind.settings as ZodType<object>).parse({ databox: 'press', collection: 'photos', ...own }),
      },
      hash: '',
    })),
  },
  database: undefined,
});

test('ExifTool is asked for where a task reads metadata, and nowhere else', async () => {
  expect(await checkExifTool(contextWith([]))).toEqual([]);
  expect(await checkExifTool(contextWith([archive as unknown as Kind]))).toEqual([
    expect.objectContaining({ what: 'ExifTool', state: 'ok' }),
  ]);
});

test('without Perl the doctor says what to install', async () => {
  process.env['PATH'] = '/nowhere';
  expect(await checkExifTool(contextWith([archive as unknown as Kind]))).toEqual([
    expect.objectContaining({ state: 'problem', mend: expect.stringContaining('Perl') }),
  ]);
});

test('the doctor says of each folder whether writers can be seen', async () => {
  const kinds = [archive, batchUpload] as unknown as Kind[];
  expect(await checkWriters(contextWith(kinds, { marker: '.ok' }))).toEqual([
    { what: 'files for archive', state: 'ok', found: expect.stringContaining('*.ok') },
    { what: 'files for batchUpload', state: 'ok', found: expect.stringContaining('*.ok') },
  ]);
  const [found] = await checkWriters(contextWith(kinds.slice(0, 1)));
  expect(found!.found).toContain('data/library/hotfolder');
});

test('a short stableFor, and a marker that is never seen, are warned of', () => {
  const warnings = (own: object) => {
    const { config } = contextWith([archive], own);
    const settings = config.tasks[0]!.settings as ArchiveSettings;
    return archive.warnings!({ task: 'hot', settings, config });
  };
  expect(warnings({})).toEqual([]);
  expect(warnings({ stableFor: '500ms' })).toEqual([expect.stringContaining('stableFor is 0.5 s')]);
  expect(warnings({ marker: '.tmp' })).toEqual([expect.stringContaining('nothing is ever taken')]);
});
