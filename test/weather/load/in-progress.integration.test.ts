import { renameSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { poll } from '../../../src/weather/load/poll-inbox.ts';
import { entryA, itemA, openLoader, type Loader } from './support.ts';

let loader: Loader;
afterEach(() => loader.close());

const lookNow = async () => {
  const { settings, config } = loader;
  return poll({ task: 'svcLoadJson', settings, config, db: loader.pool as never });
};
const entry = (minute: string) => [entryA('MTG280', itemA(`2021-06-11T10:${minute}:00`, { rain: 0 }))];
/** A format that takes everything, whatever its name. */
const formats = [{ match: '**', format: 'json' }];

describe('names of work in progress in an inbox', () => {
  it('are left alone, and loaded when they have got their own', async () => {
    loader = await openLoader({ settings: { formats } });
    loader.put('day.json.part', entry('00'));
    loader.put('upload.tmp/day.json', entry('05'));
    const waiting = [{ what: 'files in progress', count: 2 }];
    expect(await lookNow()).toEqual({ work: false, waiting });
    expect(await loader.run()).toMatchObject({ outcome: 'idle', counts: { files: 0 }, waiting });
    const { inbox } = loader.folders;
    renameSync(path.join(inbox, 'day.json.part'), path.join(inbox, 'day.json'));
    expect(await loader.run()).toMatchObject({ outcome: 'done', counts: { files: 1, loaded: 1 } });
    expect(loader.files(inbox)).toEqual(['upload.tmp/day.json']);
  });

  it('are loaded when the task says so', async () => {
    loader = await openLoader({ settings: { formats, inProgress: [] } });
    loader.put('day.tmp', entry('00'));
    expect(await loader.run()).toMatchObject({ counts: { files: 1, loaded: 1 }, waiting: [] });
  });
});
