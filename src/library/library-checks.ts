import type { CheckContext, Finding } from '../module/finding.ts';
import { ok, problem } from '../module/finding.ts';
import { messageOf } from '../task/errors.ts';
import { writerEvidence } from '../intake/writer-evidence.ts';
import { archive } from './archive/archive-kind.ts';
import { archiveFolders, type ArchiveSettings } from './archive/archive-settings.ts';
import { batchUpload } from './batch/batch-upload-kind.ts';
import { batchFolders, type BatchSettings } from './batch/batch-settings.ts';
import { MetadataReader } from './metadata/exiftool.ts';

/** Kinds whose tasks read what is embedded in files. */
const reading: readonly string[] = [archive.name, batchUpload.name];

/** ExifTool can be run here, where a task needs it: it is asked of the configuration itself, as tasks ask it. */
export async function checkExifTool({ config }: CheckContext): Promise<readonly Finding[]> {
  if (!config.tasks.some(({ kind }) => reading.includes(kind.name))) return [];
  const reader = new MetadataReader();
  try {
    const [read] = await reader.read([config.file], ['File:FileSize']);
    if (read && 'tags' in read) return [ok('ExifTool', 'reads metadata')];
    throw new Error(read?.lost ?? 'it gave no answer');
  } catch (error) {
    return [
      problem('ExifTool', messageOf(error), 'Install Perl: ExifTool is written in it, and comes with Regie.'),
    ];
  } finally {
    await reader.close();
  }
}

/** Can a worker here see who is still writing to the files of hotfolders and drops? */
export async function checkWriters({ config: { root, tasks } }: CheckContext): Promise<readonly Finding[]> {
  return tasks.flatMap(({ name, kind, settings }) => {
    if (kind.name === archive.name) {
      const own = settings as ArchiveSettings;
      return writerEvidence(name, archiveFolders(root, own).hotfolder, own);
    }
    if (kind.name !== batchUpload.name) return [];
    const own = settings as BatchSettings;
    return writerEvidence(name, batchFolders(root, own).drop, own);
  });
}
