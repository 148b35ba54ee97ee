import type { WorkContext } from '../../task/kind.ts';
import type { IngestContext } from '../ingest/prepare.ts';
import type { ReturnedFiles } from './watch-batch.ts';
import type { BatchSettings, Folders } from './batch-settings.ts';

/** What taking batches needs. */
export interface TakeContext extends WorkContext<BatchSettings> {
  folders: Folders;
  ingest: IngestContext;
  /** Files of batches that were taken before and have come back. */
  returned: ReturnedFiles;
}
