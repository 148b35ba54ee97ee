import { Client } from 'basic-ftp';
import { closeSync, existsSync, mkdirSync, openSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../src/sampling/random.ts';
import { STABLE_FOR } from './config.ts';
import type { Expected } from './expected.ts';

/** Where a writer writes, and what is expected of it. */
export interface WriterContext {
  folder: string;
  expected: Expected;
  random: Random;
  signal: AbortSignal;
}

/** Longer than the settings, shorter than the second look at what was taken. */
const stall = (random: Random) => STABLE_FOR * (1.5 + 4 * random());

/** Not cut short by the end of the storm: what was begun is finished. */
const pause = (ms: number) => sleep(ms);

const text = (name: string, random: Random) =>
  `${name}\n${Array.from({ length: 1 + Math.floor(random() * 40) }, () => random().toString(36)).join('\n')}\nend of ${name}\n`;

type Way = (file: string, content: string, context: WriterContext) => Promise<string | void>;

/** How files come into a folder of this machine. Each ends when the file is closed for good; gives its last content if it is another. */
const ways: Readonly<Record<string, Way>> = {
  async 'stalls while it is open'(file, content, { random }) {
    const fd = openSync(file, 'w');
    writeSync(fd, content.slice(0, content.length / 2));
    await pause(stall(random));
    writeSync(fd, content.slice(content.length / 2));
    closeSync(fd);
  },
  async 'stalls several times'(file, content, { random }) {
    const fd = openSync(file, 'w');
    const step = Math.ceil(content.length / 4);
    for (let at = 0; at < content.length; at += step) {
      writeSync(fd, content.slice(at, at + step));
      await pause(stall(random) / 2);
    }
    closeSync(fd);
  },
  async 'renames when it is whole'(file, content, { random }) {
    const part = `${file}.part`;
    writeFileSync(part, content.slice(0, content.length / 2));
    await pause(stall(random));
    writeFileSync(part, content);
    renameSync(part, file);
  },
  async 'is empty at first'(file, content, { random }) {
    const fd = openSync(file, 'w');
    await pause(stall(random));
    writeSync(fd, content);
    closeSync(fd);
  },
  async 'dies, and another one goes on'(file, content, { expected, random }) {
    const half = content.slice(0, content.length / 2);
    // The system closes it: from outside it is a file like any other.
    expected.passing(half);
    writeFileSync(file, half);
    await pause(stall(random));
    // Where the half was taken meanwhile the other one sends the whole file.
    if (!existsSync(file)) return writeFileSync(file, content);
    const fd = openSync(file, 'a');
    writeSync(fd, content.slice(content.length / 2));
    closeSync(fd);
  },
  async 'truncates and writes anew'(file, content, { expected, random }) {
    const first = `first ${content}`;
    expected.passing(first);
    writeFileSync(file, first);
    await pause(STABLE_FOR / 3);
    const fd = openSync(file, 'w');
    await pause(stall(random) / 2);
    writeSync(fd, content);
    closeSync(fd);
  },
  async 'replaces by a rename'(file, content, { expected, random }) {
    const first = `first ${content}`;
    expected.passing(first);
    writeFileSync(file, first);
    await pause(stall(random));
    writeFileSync(`${file}.tmp`, content);
    renameSync(`${file}.tmp`, file);
  },
};

const pick = <T>(random: Random, all: readonly T[]): T => all[Math.floor(random() * all.length)]!;

/** Files into a hotfolder, one after the other. */
export async function writeFiles(id: string, context: WriterContext): Promise<void> {
  const { folder, random, signal, expected } = context;
  for (let n = 0; !signal.aborted; n += 1) {
    const [how, way] = pick(random, Object.entries(ways));
    const name = `${id}-${n}.txt`;
    const content = text(name, random);
    await way(path.join(folder, name), content, context);
    expected.closed(content, `${name}, whose writer ${how}`);
    await pause(1_000 + 2_000 * random());
  }
}

/** Weather files: one observation each, of a station of the writer's own. */
export async function writeObservations(id: string, context: WriterContext): Promise<void> {
  const { folder, random, signal, expected } = context;
  const station = `W${id}`.slice(0, 10);
  for (let n = 0; !signal.aborted; n += 1) {
    const [how, way] = pick(
      random,
      // The content before would be loaded as well: these are tried with files that are kept.
      Object.entries(ways).filter(([name]) => !/anew|replaces/.test(name)),
    );
    const minute = new Date(Date.UTC(2026, 5, 1) + n * 300_000).toISOString().slice(0, 19);
    const name = `obs.${station}.${n}.json`;
    const data = [{ stop_dat: minute, current: { duration: 5, out_temp: 20 + random(), humidity: 50 } }];
    const content = JSON.stringify([{ meteor: station, version: 2, info: { title: name }, data }]);
    await way(path.join(folder, name), content, context);
    expected.observed(station, minute, `${name}, whose writer ${how}`);
    await pause(1_000 + 2_000 * random());
  }
}

/** Batches of two files with a manifest, one of which comes in pieces. */
export async function writeBatches(id: string, context: WriterContext): Promise<void> {
  const { folder, random, signal, expected } = context;
  for (let n = 0; !signal.aborted; n += 1) {
    const name = `${id}-${n}`;
    const batch = path.join(folder, name);
    mkdirSync(batch);
    const contents = [text(`${name}-a`, random), text(`${name}-b`, random)];
    writeFileSync(path.join(batch, 'a.txt'), contents[0]!);
    writeFileSync(
      path.join(batch, 'manifest.json'),
      JSON.stringify({ user: 'soak', files: [{ path: 'a.txt' }, { path: 'b.txt' }] }),
    );
    const way =
      ways[pick(random, ['stalls while it is open', 'stalls several times', 'renames when it is whole'])]!;
    await way(path.join(batch, 'b.txt'), contents[1]!, context);
    for (const content of contents) expected.closed(content, `batch ${name}`);
    await pause(2_000 + 3_000 * random());
  }
}

/** Uploads to an FTP server, whose lines stall; safe once the server has said so. */
export async function uploadFiles(
  id: string,
  server: { host: string; port: number; user: string; password: string; directory: string },
  { random, signal, expected }: WriterContext,
): Promise<void> {
  for (let n = 0; !signal.aborted; n += 1) {
    const name = `${id}-${n}.txt`;
    const content = text(name, random);
    const client = new Client(30_000);
    try {
      await client.access({
        host: server.host,
        port: server.port,
        user: server.user,
        password: server.password,
      });
      await client.cd(server.directory);
      const renames = random() < 0.3;
      const pieces = (async function* () {
        yield content.slice(0, content.length / 2);
        // As long as an empty file must wait is out of reach: the first half is on its way before.
        await pause(stall(random));
        yield content.slice(content.length / 2);
      })();
      await client.uploadFrom(Readable.from(pieces), renames ? `${name}.part` : name);
      if (renames) await client.rename(`${name}.part`, name);
      expected.closed(content, `${name}, uploaded`);
    } finally {
      client.close();
    }
    await pause(1_500 + 2_500 * random());
  }
}
