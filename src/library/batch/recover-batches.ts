import { renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ClientBase } from 'pg';
import { syncFolder } from '../../files/atomic-write.ts';
import { exists } from '../../files/move.ts';
import { freeFolderName } from '../../intake/target-names.ts';
import { listClaims, sweepClaims } from './claim-batch.ts';
import { closeBatch, dropEmpty, readOpen } from './batch-ledger.ts';
import { leaveToOperator } from '../../incidents/write-incidents.ts';
import { openBatchIncident, readRetries } from './batch-incidents.ts';
import type { Folders } from './batch-settings.ts';
import { READY_FILE } from './survey-drop.ts';

/** Tidies up after runs that were cut off while they claimed a batch or let it go, and after lost folders. */
export async function mendClaims(db: ClientBase, folders: Folders, task: string, run: string): Promise<void> {
  sweepClaims(folders.work);
  const claimed = new Set(listClaims(folders.work).map(({ id }) => id));
  for (const { id, name, incident: before } of await readOpen(db, task)) {
    if (claimed.has(id) || (await dropEmpty(db, id))) continue;
    // Begun, and then taken away by somebody; or it came again, and is still in the drop.
    const reason = `batch ${name}: its folder was taken away from ${folders.work} before all its files were taken`;
    const what = { subject: `${name} (${id})`, what: 'lost', reason };
    const how = { state: 'failed' as const, reason, run, target: null };
    const incident = await openBatchIncident(db, before, { task, run }, what);
    await closeBatch(db, id, { ...how, incident });
  }
}

/** Puts batches back into the drop that an operator wants to be tried again. */
export async function putBack(db: ClientBase, { drop }: Folders, task: string): Promise<void> {
  for (const { id, target } of await readRetries(db, task)) {
    if (target === null || !exists(target)) {
      // A run that was cut off has put it back already, or somebody else has.
      const there = target !== null && exists(path.join(drop, path.basename(target)));
      if (there) await leaveToOperator(db, id);
      else await leaveToOperator(db, id, `there is no batch at ${target ?? 'any known folder'} to try again`);
      continue;
    }
    // It waits for nothing else: what is missing fails again.
    const mark = path.join(target, READY_FILE);
    if (!exists(mark)) writeFileSync(mark, '', { flag: 'wx' });
    renameSync(target, freeFolderName(path.join(drop, path.basename(target))));
    syncFolder(drop);
    await leaveToOperator(db, id);
  }
}
