import { once } from 'node:events';
import { median, percent, rate } from '../numbers.ts';
import type { Sizes } from '../options.ts';
import type { Section } from '../report.ts';
import { findFtpServer, type FtpProduct, type FtpServer } from '../../test/transfer/support/ftp-servers.ts';
import { freshDatabase } from '../../test/support/postgres.ts';
import { RELAY_HOST } from '../../test/transfer/support/relay.ts';
import { waysOf, type FileSet, type Way } from './cases.ts';
import { firstWord, forkWith } from './helper.ts';
import { pullInto } from './pull.ts';
import type { RelayJob } from './relay-child.ts';
import { findRival, rivals, type Fetch } from './rivals.ts';
import { fillServer, type Source } from './source.ts';
import { checkTarget, makeRoom, newTarget, writeOut } from './target.ts';

interface Place {
  /** Temporary. */
  folder: string;
  signal: AbortSignal;
}

/** Who fetches, in the order of the columns. */
const fetchers = ['ftp-pull', ...rivals] as const;
type Fetcher = (typeof fetchers)[number];

/** What each measurement of one row took, ms. */
interface Found {
  product: FtpProduct;
  set: FileSet;
  connections: number;
  ms: Partial<Record<Fetcher, number[]>>;
  /** Until what it had fetched was on disk too. */
  onDisk: Partial<Record<Fetcher, number[]>>;
}

/** ftp-pull beside lftp and rclone on the same files: each way to a server gives a section as soon as it is done. */
export async function* measureTransfer(
  { transfer, repeat }: Pick<Sizes, 'transfer' | 'repeat'>,
  place: Place,
  say: (line: string) => void,
): AsyncGenerator<Section> {
  const notes: string[] = [];
  const { url } = await freshDatabase();
  const fetch = new Map<Fetcher, Fetch>([['ftp-pull', pullInto(url)]]);
  for (const rival of rivals) {
    const found = await findRival(rival);
    if ('missing' in found) notes.push(`No ${rival}: ${found.missing}.`);
    else fetch.set(rival, found);
  }
  for (const way of waysOf(transfer)) {
    const found: Found[] = [];
    const missing: string[] = [];
    for (const product of way.servers) {
      const installed = await findFtpServer(product);
      if ('missing' in installed) {
        missing.push(`No ${product}: ${installed.missing}.`);
        continue;
      }
      const server = await installed.start({
        tls: way.tls,
        ...(way.roundTrip > 0 ? { masquerade: RELAY_HOST } : {}),
      });
      try {
        found.push(...(await measureServer(server, way, fetch, repeat, place, say)));
      } finally {
        await server.remove();
      }
    }
    yield describe(way, found, repeat, [...notes, ...missing]);
  }
}

async function measureServer(
  server: FtpServer,
  way: Way,
  fetch: ReadonlyMap<Fetcher, Fetch>,
  repeat: number,
  { folder, signal }: Place,
  say: (line: string) => void,
): Promise<Found[]> {
  for (const set of way.sets) fillServer(server, set);
  const relay = way.roundTrip > 0 ? await startRelay(server, way.roundTrip, signal) : undefined;
  const found: Found[] = [];
  try {
    for (const set of way.sets) {
      for (const connections of way.connections) {
        const { tls } = way;
        const source: Source = { server, host: relay?.host ?? server.host, tls, set, connections };
        const ms: Found['ms'] = {};
        const onDisk: Found['ms'] = {};
        for (let round = 0; round < repeat; round += 1) {
          say(
            `FTP pull, ${way.title}: ${rowOf({ product: server.product, set, connections })}, round ${round + 1} of ${repeat}`,
          );
          // Each comes first, second and last in turn.
          for (const who of rotate([...fetch.keys()], round)) {
            const target = newTarget(folder);
            const took = await fetch.get(who)!(source, target, signal);
            (onDisk[who] ??= []).push(took + writeOut());
            checkTarget(target, set, who);
            makeRoom(target, set);
            (ms[who] ??= []).push(took);
          }
        }
        found.push({ product: server.product, set, connections, ms, onDisk });
      }
    }
  } finally {
    await relay?.stop();
  }
  return found;
}

async function startRelay({ port, passive }: FtpServer, roundTrip: number, signal: AbortSignal) {
  const job: RelayJob = { port, passive, roundTrip };
  const child = forkWith('relay-child.ts', job);
  await firstWord(child, 'the relay', signal);
  return {
    host: RELAY_HOST,
    async stop() {
      const gone = once(child, 'exit');
      child.disconnect();
      await gone;
    },
  };
}

function rotate<T>(all: readonly T[], by: number): T[] {
  const at = by % all.length;
  return [...all.slice(at), ...all.slice(0, at)];
}

function describe(way: Way, found: readonly Found[], repeat: number, notes: readonly string[]): Section {
  return {
    title: `FTP pull: ${way.title}`,
    head: ['', 'ftp-pull', 'lftp mirror', 'rclone copy', 'of the better one', 'until it is on disk'],
    rows: found.map((each) => [
      rowOf(each),
      ...fetchers.map((who) => speed(each.set, each.ms[who])),
      share(each.ms),
      share(each.onDisk),
    ]),
    notes: [
      `Median of ${repeat}, in turns. lftp and rclone from the start of the program to its end. ftp-pull in a process that ` +
        'runs already, as a worker does, without its wait for stable files; with what the others do not do: SHA-256, a second look at each file, ' +
        "rows in PostgreSQL, and fsync. The last column is the same share with all programs' files on disk: with the `sync` that the others leave to somebody else.",
      ...notes,
    ],
    data: found,
  };
}

const rowOf = ({ product, set, connections }: Pick<Found, 'product' | 'set' | 'connections'>) =>
  `${product}, ${set.files.toLocaleString('en-US')} × ${size(set.bytes)}, ${connections} connection${connections > 1 ? 's' : ''}`;

const size = (bytes: number) => (bytes < 1e6 ? `${bytes / 1e3} KB` : `${bytes / 1e6} MB`);

/** Small files are counted, large ones weighed. */
function speed({ files, bytes }: FileSet, ms: readonly number[] | undefined): string {
  if (!ms) return 'not here';
  const s = median(ms) / 1_000;
  return bytes < 1e6 ? `${rate(files / s)} files/s` : `${rate((files * bytes) / 1e6 / s)} MB/s`;
}

/** How fast ftp-pull is: 100 % as fast as the faster of the others. */
function share(ms: Found['ms']): string {
  const others = rivals.flatMap((rival) => (ms[rival] ? [median(ms[rival])] : []));
  if (others.length === 0) return '';
  return percent(Math.min(...others) / median(ms['ftp-pull']!));
}
