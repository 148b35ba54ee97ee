import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import type { OpenDestination } from '../../../../src/exports/delivery/open-destination.ts';
import { makeOutgoingFile } from './outgoing-file.ts';
import { filesIn, plant, sendOnce, type Served } from './remote.ts';

const never = new AbortController().signal;

/** What every channel into a folder of a server holds to; `bytes` of the file that it puts there. */
export function holdsToNames({
  channel,
  server,
  bytes,
}: {
  channel: () => OpenDestination;
  server: () => Served;
  bytes: number;
}): void {
  it('puts a file under its name, after the checkpoint', async () => {
    const { folder } = server();
    const outgoing = makeOutgoingFile({
      content: Buffer.alloc(bytes, 'line\r\n'),
      name: 'many lines.csv',
      id: 'many',
    });
    const { outcome, checkpoints } = await sendOnce(channel(), outgoing, async () => {
      expect(filesIn(folder)).toEqual(['.regie-many.part']);
    });
    expect(outcome).toEqual({ state: 'delivered' });
    expect(checkpoints).toBe(1);
    expect(filesIn(folder)).toEqual(['many lines.csv']);
    expect(readFileSync(path.join(folder, 'many lines.csv')).equals(readFileSync(outgoing.path))).toBe(true);
    expect(await channel().verifyArrival(outgoing, never)).toBe('delivered');
    expect(await sendOnce(channel(), outgoing)).toEqual({
      outcome: { state: 'delivered', note: 'it was there already' },
      checkpoints: 0,
    });
  });

  it('overwrites nobody else’s file', async () => {
    const outgoing = makeOutgoingFile({ name: 'taken.csv' });
    for (const content of ['theirs', 'x'.repeat(outgoing.bytes)]) {
      const file = plant(server(), 'taken.csv', content);
      const { outcome, checkpoints } = await sendOnce(channel(), outgoing);
      expect(outcome).toEqual({
        state: 'failed',
        permanent: true,
        error: expect.stringContaining('has another file taken.csv already') as string,
      });
      expect(checkpoints).toBe(0);
      expect(readFileSync(file, 'utf8')).toBe(content);
      expect(await channel().verifyArrival(outgoing, never)).toBeUndefined();
    }
  });

  it('leaves a file that takes the name during the checkpoint', async () => {
    const outgoing = makeOutgoingFile({ name: 'late.csv', id: 'late' });
    const { outcome } = await sendOnce(channel(), outgoing, async () => {
      plant(server(), 'late.csv', 'faster');
    });
    expect(outcome).toMatchObject({ state: 'failed', permanent: true });
    expect(readFileSync(path.join(server().folder, 'late.csv'), 'utf8')).toBe('faster');
    expect(filesIn(server().folder)).not.toContain('.regie-late.part');
  });
}
