import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

/** Runs `scripts/<name>.ts` on a server; sends it SIGINT, as Ctrl-C does, once `enough` of what it printed says so. */
export function runScript(
  where: { address: string; namespace: string },
  name: string,
  args: string[],
  enough?: (out: string) => boolean,
): Promise<Ended> {
  const file = fileURLToPath(new URL(`../../scripts/${name}.ts`, import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', file, ...args], {
    env: { ...process.env, TEMPORAL_ADDRESS: where.address, TEMPORAL_NAMESPACE: where.namespace },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return new Promise((resolve, reject) => {
    let out = '';
    let err = '';
    child.stdout.on('data', (text) => {
      out += String(text);
      if (enough?.(out) && !child.killed) child.kill('SIGINT');
    });
    child.stderr.on('data', (text) => (err += String(text)));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, out, err }));
  });
}
