import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { endServers } from '../../support/left-servers.ts';
import { freePort } from '../../support/ports.ts';
import { killAll } from './program.ts';

const file = (name: string) => fileURLToPath(new URL(`../../../${name}`, import.meta.url));

/** A copy of the example installation in a temporary folder, its demo's FTP server on a port of its own. */
export async function copyExample(): Promise<string> {
  const root = mkdtempSync(path.join(tmpdir(), 'regie-e2e-example-'));
  // Root's PostgreSQL runs as another account, which must get there.
  chmodSync(root, 0o755);
  const example = readFileSync(file('regie.config.ts'), 'utf8');
  writeFileSync(
    path.join(root, 'regie.config.ts'),
    example.replace('port: 2121', `port: ${await freePort()}`),
  );
  cpSync(file('examples'), path.join(root, 'examples'), { recursive: true });
  return root;
}

/** Ends what runs for it, and removes it. */
export async function removeExample(root: string): Promise<void> {
  await killAll();
  await endServers(root);
  rmSync(root, { recursive: true, force: true });
}
