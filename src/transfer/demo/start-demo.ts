import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Config, Task } from '../../task/config.ts';
import { fillDemoFolder } from './files/fill-demo-folder.ts';
import type { Beside } from '../../module/first-look.ts';
import type { Running } from '../../module/module.ts';
import { ftpPull } from '../pull/ftp-pull-kind.ts';
import { startDemoFtp } from './ftp/start-demo-ftp.ts';
import { messageOf } from '../../task/errors.ts';
import { portOf } from '../ftp/ftp-settings.ts';
import type { PullSettings } from '../pull/pull-settings.ts';

/** Who pulls from this machine without a login pulls from the demo's server; the example does. */
function findDemo({ tasks }: Config): Task | undefined {
  return tasks.find(({ kind, settings }) => {
    if (kind.name !== ftpPull.name) return false;
    const { host, user } = settings as PullSettings;
    return host === '127.0.0.1' && user === 'anonymous';
  });
}

/**
 * Starts the demo's FTP server for the task that pulls from it, with a few pictures in its folder when that is new, and
 * makes the hotfolder ready for them. Says so when it cannot: the rest of the installation runs all the same.
 */
export async function startDemo({ config, signal, say }: Beside): Promise<readonly Running[]> {
  const task = findDemo(config);
  if (!task) return [];
  const folder = path.join(config.root, 'data/demo-ftp');
  try {
    if (await fillDemoFolder(folder, signal)) openHotfolder(config, task);
    const { close } = await startDemoFtp({ folder, port: portOf(task.settings as PullSettings) });
    return [{ task: task.name, close }];
  } catch (error) {
    if (signal.aborted) return [];
    say(
      `The demo's FTP server does not run: ${messageOf(error)}. ${task.name} pulls from whoever has that port, so give it another one in ${path.basename(config.file)}, or stop it.`,
    );
    return [];
  }
}

/** The library takes nothing from a folder until somebody says that it is a hotfolder (docs/library.md). */
function openHotfolder({ root }: Config, { settings }: Task): void {
  const folder = path.resolve(root, (settings as PullSettings).localPath);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, '.phrasea.xml'), '', { flag: 'a' });
}
