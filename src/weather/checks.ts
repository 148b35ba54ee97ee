import { writerEvidence } from '../intake/writer-evidence.ts';
import type { CheckContext, Finding } from '../module/finding.ts';
import { loadJson } from './load/load-json-kind.ts';
import { loadFolders, type LoadSettings } from './load/load-settings.ts';

/** Can a worker here see who is still writing to the files of inboxes? */
export async function checkWriters({ config: { root, tasks } }: CheckContext): Promise<readonly Finding[]> {
  return tasks.flatMap(({ name, kind, settings }) => {
    if (kind.name !== loadJson.name) return [];
    const own = settings as LoadSettings;
    return writerEvidence(name, loadFolders(root, own).inbox, own);
  });
}
