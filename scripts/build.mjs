// Compiles src/ to dist/ and bundles the workflow code beside it, so that a worker starts without bundling.
import { spawnSync } from 'node:child_process';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const dist = path.join(root, 'dist');
rmSync(dist, { recursive: true, force: true });
const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const { status } = spawnSync(process.execPath, [tsc, '-p', path.join(root, 'tsconfig.build.json')], {
  stdio: 'inherit',
});
if (status !== 0) process.exit(1);
const { bundleFile, makeBundle } = await import(pathToFileURL(path.join(dist, 'worker', 'bundle.js')).href);
const { code } = await makeBundle();
writeFileSync(bundleFile, code);
chmodSync(path.join(dist, 'cli', 'main.js'), 0o755);
