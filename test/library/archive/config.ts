import { archiveSettings, type ArchiveSettings } from '../../../src/library/archive/archive-settings.ts';

/** The section `library` of an installation with the databox `press`. */
export const library = (databox: Record<string, unknown> = {}) => ({
  databoxes: { press: { collections: { photos: {}, texts: {} }, ...databox } },
});

/** Settings of a task on the hotfolder `hot`. */
export const settingsOf = (settings: Record<string, unknown> = {}): ArchiveSettings =>
  archiveSettings.parse({
    databox: 'press',
    collection: 'photos',
    hotfolder: 'hot',
    stableFor: 0,
    ...settings,
  });
