import { OriginalStore } from '../originals/store.ts';
import { storageFolder } from '../library-settings.ts';
import { verifyStorage, type Fault } from '../verify-originals.ts';
import { exit } from '../../command/exit.ts';
import type { Session } from '../../command/session.ts';
import { some, withLibrary } from './library.ts';
import { librarySection } from '../library-settings.ts';

export async function showVerification(session: Session, { hash }: { hash?: true }): Promise<void> {
  const found = await withLibrary(session, (db, config) =>
    verifyStorage(db, new OriginalStore(storageFolder(config.root, librarySection.of(config))), {
      hash: hash === true,
      root: config.root,
    }),
  );
  const { originals, missing, damaged, leftover, grown } = found;
  const wrong = [...missing, ...damaged];
  session.out.answer(found, () =>
    [
      ...wrong.map(describe),
      ...grown.map(
        ({ file, text }) =>
          `${file} ${text}: somebody wrote to it after it was taken; put it into its hotfolder or drop again`,
      ),
      ...(leftover.length > 0
        ? [
            `${some(leftover.length, 'file')} that nothing needs, left over from a crash: ${leftover.join(', ')}`,
          ]
        : []),
      wrong.length === 0
        ? `${some(originals, 'original')}, all there${hash ? ' with the content they came with' : ' with their size; --hash reads them all'}.`
        : `${wrong.length} of ${some(originals, 'original')} missing or damaged: put them back from a backup, under these names.`,
    ].join('\n'),
  );
  if (wrong.length + grown.length > 0) session.exitCode = exit.failed;
}

function describe({ file, records, text }: Fault): string {
  const of = records.length > 0 ? `record ${records.join(', ')}` : 'quarantine';
  return `${file} (${of}) ${text}`;
}
