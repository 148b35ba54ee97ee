import { retryFailed } from '../load/put-back.ts';
import { UsageError } from '../../command/exit.ts';
import type { Session } from '../../command/session.ts';
import { configuredFolders } from './failed-folders.ts';
import { withTables } from './with-tables.ts';

export async function retry(session: Session, files: readonly string[]): Promise<void> {
  const folders = await configuredFolders(session);
  if (!folders) throw new UsageError('No task of kind loadJson is configured: there are no failed files.');
  const retried = await withTables(session, false, (db) => retryFailed(db, folders, files));
  session.out.answer(retried, () =>
    retried.length === 0 ? 'No failed file.' : retried.map(({ file, to }) => `${file} → ${to}`).join('\n'),
  );
}
