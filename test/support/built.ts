import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

const root = path.join(import.meta.dirname, '../..');

/** The compiled `regie`, which users run: tests start it, not the sources. */
export const builtProgram = path.join(root, 'dist/cli/main.js');

/** The compiled workflows: a worker that runs from the sources would bundle them for a second first. */
export const builtWorkflows = { codePath: path.join(root, 'dist/workflows.bundle.js') };

/** Compiles what has changed since it was last compiled. */
export async function build(): Promise<void> {
  await promisify(execFile)(process.execPath, [path.join(root, 'scripts/prepare.mjs')], { cwd: root });
}
