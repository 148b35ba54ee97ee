import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { withSuffix, linkExclusive, remove, sha256 } from '../../files/move.ts';
import { PermanentError } from '../../task/errors.ts';
import type { ExportTask } from '../described.ts';
import type { FileRow } from '../ledger/export-files.ts';
import type { Db } from '../ledger/periods.ts';
import { exportDefaultsSection } from '../export-settings.ts';

/** Where finished files of a campaign are kept, absolute. */
export function campaignFolder({ settings, config }: ExportTask): string {
  return path.resolve(config.root, exportDefaultsSection.of(config).folder, settings.campaign);
}

/** Where files of an export are written, absolute: on the same disk, so that they get their name by a link. */
export function workFolder({ task, config }: ExportTask): string {
  return path.resolve(config.root, exportDefaultsSection.of(config).folder, '.work', task);
}

/** The name of an edition: `cards_20261120.csv`, then `cards_20261120-2.csv`; an earlier one is never overwritten. */
export function editionName(name: string, edition: number): string {
  return withSuffix(name, edition === 1 ? 0 : edition, '-');
}

/**
 * Gives a finished file its name, once; a repetition after a crash is content with what it finds. Never over another file.
 * @throws {PermanentError} when another file has the name, or the finished one is gone.
 */
export async function placeFile(db: Db, task: string, key: string, file: FileRow): Promise<void> {
  // A run died between the row and this.
  if (file.placedAt !== null) return remove(file.part);
  mkdirSync(path.dirname(file.path), { recursive: true });
  if (existsSync(file.part)) {
    if ((await linkExclusive(file.part, file.path)) === 'taken')
      throw new PermanentError(
        'NameTaken',
        `${key}: ${file.path} is another file; move it away, and the export goes on (its own waits as ${file.part})`,
      );
  } else if (!existsSync(file.path) || (await sha256(file.path)) !== file.sha256) {
    throw new PermanentError(
      'FileGone',
      `${key}: its finished file is gone: it is neither ${file.part} nor ${file.path}; make it anew with --force`,
    );
  }
  await db.query(
    'update export.file set placed_at = clock_timestamp() where (task, key, edition) = ($1, $2, $3)',
    [task, key, file.edition],
  );
  remove(file.part);
}
