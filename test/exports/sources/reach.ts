import {
  resolveSource,
  type ResolvedConnection,
  type SourceSettings,
} from '../../../src/exports/sources/sources-section.ts';

/** How to reach a source with these settings; `url` is the address of Regie's own database. */
export function reach(settings: SourceSettings, url: string): Promise<ResolvedConnection> {
  return resolveSource(settings, { root: '/', ownDatabase: () => Promise.resolve(url) });
}
