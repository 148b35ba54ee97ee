import { afterEach, expect, test } from 'vitest';
import { archive } from '../../src/library/archive/kind.ts';
import { checkExifTool } from '../../src/library/checks.ts';
import type { Kind } from '../../src/task/kind.ts';
import { bareConfig } from '../support/bare-config.ts';

const { PATH } = process.env;
afterEach(() => {
  process.env['PATH'] = PATH;
});

const contextWith = (kinds: readonly Kind[]) => ({
  config: {
    ...bareConfig(import.meta.dirname),
    file: import.meta.filename,
    tasks: kinds.map((kind) => ({
      name: kind.name,
      kind,
      aliases: [],
      every: 1_000,
      settings: {},
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
