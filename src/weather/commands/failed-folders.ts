import { loadJson } from '../load/load-json-kind.ts';
import { loadFolders, type Folders, type LoadSettings } from '../load/load-settings.ts';
import type { Session } from '../../command/session.ts';

/** The folders of the task that loads JSON files; undefined when the configuration has none. */
export async function configuredFolders(session: Session): Promise<Folders | undefined> {
  const { root, tasks } = await session.config();
  const load = tasks.find(({ kind }) => kind.name === loadJson.name);
  return load && loadFolders(root, load.settings as LoadSettings);
}
