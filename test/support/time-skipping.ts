import { execFile } from 'node:child_process';
import { access, chmod, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Temporal's test server that skips time: a Java program; the SDK's own download needs the internet. */
const version = '1.32.0';

/**
 * A command that starts the time-skipping server, or a sentence that says why there is none. Maven fetches it
 * once into Regie's cache.
 */
export async function findTimeSkipping(): Promise<{ command: string } | { missing: string }> {
  const folder = path.join(
    process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache'),
    'regie',
    `test-server-${version}`,
  );
  const command = path.join(folder, 'test-server');
  if (!(await works('java', '-version'))) return { missing: 'no Java runtime on PATH' };
  if (await exists(command)) return { command };
  if (!(await works('mvn', '-version'))) return { missing: 'no Maven on PATH to fetch it' };
  await mkdir(path.dirname(folder), { recursive: true });
  const partial = await mkdtemp(`${folder}-`);
  try {
    await writeFile(path.join(partial, 'pom.xml'), pom);
    await run('mvn', ['-q', '-B', 'dependency:copy-dependencies', '-DoutputDirectory=lib'], { cwd: partial });
  } catch (error) {
    await rm(partial, { recursive: true });
    return { missing: `Maven could not fetch it: ${(error as Error).message.split('\n')[0]}` };
  }
  await writeFile(
    path.join(partial, 'test-server'),
    '#!/bin/sh\nexec java -cp "$(dirname "$0")/lib/*" io.temporal.testserver.TestServer "$@"\n',
  );
  await chmod(path.join(partial, 'test-server'), 0o755);
  // Another test run may have been faster.
  await rename(partial, folder).catch(() => rm(partial, { recursive: true }));
  return { command };
}

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>regie</groupId><artifactId>test-server</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>io.temporal</groupId><artifactId>temporal-test-server</artifactId><version>${version}</version></dependency>
  </dependencies>
</project>
`;

async function works(command: string, ...args: string[]): Promise<boolean> {
  return run(command, args).then(
    () => true,
    () => false,
  );
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
