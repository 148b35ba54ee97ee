import { chmod, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findByFolder, identify } from '../../src/processes/processes.ts';
import { findTemporal } from '../../src/servers/temporal-binary.ts';
import { eventually } from '../support/installation.ts';

/** What `checkProgram` looks for in the help text. */
const FIT = '#!/bin/sh\necho "--db-filename --search-attribute"\n';
const UNFIT = '#!/bin/sh\necho "unknown command" >&2; exit 1\n';

let folder: string;
let bin: string;
let cache: string;

async function script(file: string, text: string): Promise<string> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
  await chmod(file, 0o755);
  return file;
}

/** A build that takes its time, in a process of its own, whose pid it writes down. */
const slowGo = () =>
  script(
    path.join(bin, 'go'),
    `#!/bin/sh\n[ "$1" = version ] && exit 0\nsleep 60 &\necho $! > "${folder}/compiler.new"\nmv "${folder}/compiler.new" "${folder}/compiler"\nwait\n`,
  );
const compiler = async () => Number(await readFile(path.join(folder, 'compiler'), 'utf8'));

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'regie-test-find-'));
  bin = path.join(folder, 'bin');
  cache = path.join(folder, 'cache');
  await mkdir(bin);
});

afterEach(() => rm(folder, { recursive: true }));

describe('findTemporal', () => {
  test('takes REGIE_TEMPORAL_CLI, and nothing else when that is wrong', async () => {
    const chosen = await script(path.join(folder, 'my-temporal'), FIT);
    const onPath = await script(path.join(bin, 'temporal'), FIT);
    expect(await findTemporal({ cache, env: { REGIE_TEMPORAL_CLI: chosen, PATH: bin } })).toBe(chosen);
    expect(await findTemporal({ cache, env: { PATH: bin } })).toBe(onPath);
    const missing = path.join(folder, 'none');
    await expect(findTemporal({ cache, env: { REGIE_TEMPORAL_CLI: missing, PATH: bin } })).rejects.toThrow(
      /REGIE_TEMPORAL_CLI: .*none/,
    );
  });

  test('passes over a `temporal` without development server', async () => {
    await script(path.join(bin, 'temporal'), UNFIT);
    const cached = await script(path.join(cache, 'temporal'), FIT);
    expect(await findTemporal({ cache, env: { PATH: bin } })).toBe(cached);
  });

  // A proxy that refuses keeps the download from succeeding where there is internet.
  const noInternet = { HTTPS_PROXY: 'http://127.0.0.1:1' };

  test('builds into the cache, says how long that takes, leaves nothing half done', async () => {
    process.env.HTTPS_PROXY = noInternet.HTTPS_PROXY;
    try {
      await script(
        path.join(bin, 'go'),
        `#!/bin/sh
[ "$1" = version ] && exit 0
echo "$@" > "${folder}/asked"
echo "go: downloading go.temporal.io/server v1.29.1" >&2
cat > "$GOBIN/temporal" <<'END'
${FIT}END
chmod 755 "$GOBIN/temporal"
`,
      );
      const lines: string[] = [];
      const env = { ...noInternet, PATH: `${bin}:/bin:/usr/bin` };
      const found = await findTemporal({ cache, env, onProgress: (line) => lines.push(line) });
      expect(found).toBe(path.join(cache, 'temporal'));
      expect(await readdir(cache)).toEqual(['temporal']);
      expect(lines.join('\n')).toMatch(/minutes the first time/);
      expect(await readFile(path.join(folder, 'asked'), 'utf8')).toContain('cmd/temporal@v1.5.1');
    } finally {
      delete process.env.HTTPS_PROXY;
    }
  });

  test('says of every step why it failed, and what to do', async () => {
    process.env.HTTPS_PROXY = noInternet.HTTPS_PROXY;
    try {
      const unfit = await script(path.join(bin, 'temporal'), UNFIT);
      const failing = findTemporal({ cache, env: { ...noInternet, PATH: bin } });
      const error = await failing.then(
        () => undefined,
        (thrown: Error) => thrown.message,
      );
      expect(error).toContain(`PATH: ${unfit} has no \`server start-dev\``);
      expect(error).toContain(`${cache}: ENOENT`);
      expect(error).toMatch(/download: \S/);
      expect(error).toMatch(/go install: .*ENOENT/);
      expect(error).toContain('REGIE_TEMPORAL_CLI');
      expect(await readdir(cache)).toEqual([]);
    } finally {
      delete process.env.HTTPS_PROXY;
    }
  });

  test('a build can be broken off, with the compilers that it started', async () => {
    await slowGo();
    const abort = new AbortController();
    process.env.HTTPS_PROXY = noInternet.HTTPS_PROXY;
    try {
      const env = { ...noInternet, PATH: `${bin}:/bin:/usr/bin` };
      const building = findTemporal({ cache, env, signal: abort.signal });
      building.catch(() => undefined);
      const pid = await eventually(compiler);
      expect(identify(pid)).toBeDefined();
      abort.abort();
      await expect(building).rejects.toThrow(/abort/i);
      expect(await readdir(cache)).toEqual([]);
      expect(identify(pid)).toBeUndefined();
    } finally {
      delete process.env.HTTPS_PROXY;
    }
  });

  test('what a killed process has left, half a program and a build that goes on, is ended and removed', async () => {
    await slowGo();
    // The cache of another machine's programs stays: nobody knows whose that is.
    const foreign = path.join(cache, 'new-abc');
    await mkdir(foreign, { recursive: true });
    const call = `import { findTemporal } from ${JSON.stringify(new URL('../../src/servers/temporal-binary.ts', import.meta.url))};
      await findTemporal({ cache: ${JSON.stringify(cache)}, onProgress: console.log });`;
    const program = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', call], {
      env: { ...noInternet, PATH: `${bin}:/bin:/usr/bin` },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const half = () => readdir(cache).then((names) => names.filter((name) => name !== 'new-abc'));
    await eventually(async () => {
      const [name = 'none'] = await half();
      // The script, and what it started.
      expect(findByFolder(path.join(cache, name))).toHaveLength(2);
    });
    const [left = ''] = await half();
    program.kill('SIGKILL');
    await once(program, 'exit');
    const orphans = findByFolder(path.join(cache, left));
    expect(orphans).toHaveLength(2);

    const abort = new AbortController();
    process.env.HTTPS_PROXY = noInternet.HTTPS_PROXY;
    try {
      const env = { ...noInternet, PATH: `${bin}:/bin:/usr/bin` };
      const building = findTemporal({ cache, env, signal: abort.signal });
      building.catch(() => undefined);
      await eventually(async () => expect(await half()).not.toContain(left));
      expect(orphans.map(identify)).toEqual([undefined, undefined]);
      abort.abort();
      await expect(building).rejects.toThrow(/abort/i);
      expect(await readdir(cache)).toEqual(['new-abc']);
    } finally {
      delete process.env.HTTPS_PROXY;
    }
  });

  test('a download can be broken off', async () => {
    // Takes connections, and says nothing.
    const proxy = createServer().listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const { port } = proxy.address() as AddressInfo;
    process.env.HTTPS_PROXY = `http://127.0.0.1:${port}`;
    const abort = new AbortController();
    try {
      proxy.once('connection', () => abort.abort());
      const env = { HTTPS_PROXY: process.env.HTTPS_PROXY, PATH: bin };
      await expect(findTemporal({ cache, env, signal: abort.signal })).rejects.toThrow(/abort/i);
      expect(await readdir(cache)).toEqual([]);
    } finally {
      delete process.env.HTTPS_PROXY;
      proxy.close();
    }
  });
});
