import path from 'node:path';
import { withSuffix } from '../../files/move.ts';
import { exportingSection } from '../settings.ts';
import type { ExportTask } from '../described.ts';

/** Where finished files of a campaign are kept, absolute. */
export function campaignFolder({ settings, config }: ExportTask): string {
  return path.resolve(config.root, exportingSection.of(config).folder, settings.campaign);
}

/** Where files of an export are written, absolute: on the same disk, so that they get their name by a link. */
export function workFolder({ task, config }: ExportTask): string {
  return path.resolve(config.root, exportingSection.of(config).folder, '.work', task);
}

/** The name of an edition: `cards_20261120.csv`, then `cards_20261120-2.csv`; an earlier one is never overwritten. */
export function editionName(name: string, edition: number): string {
  return withSuffix(name, edition === 1 ? 0 : edition, '-');
}
