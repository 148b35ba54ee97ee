import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { factTags, readFacts } from '../metadata/facts.ts';
import type { MetadataReader, Read } from '../metadata/exiftool.ts';
import { Tags } from '../metadata/tags.ts';
import type { Databox } from '../model/databox.ts';
import type { Original } from '../originals/copy.ts';
import type { OriginalStore } from '../originals/store.ts';
import { applyMask } from '../status/mask.ts';
import type { Arrival, Prepared } from './arrival.ts';
import { failedChecks, type Checks } from './ingest-checks.ts';
import { valuesOf, wantedTags } from './ingest-values.ts';

/** Where files are taken in, and how. */
export interface IngestContext {
  databox: Databox;
  store: Pick<OriginalStore, 'keep' | 'has'>;
  reader: MetadataReader;
  checks?: Checks;
  /** Read embedded metadata into fields, and its UUID? Without it only the MIME type is found out. */
  embedded?: boolean;
}

/** A file that could not be prepared: the error is about this file, or about the disk. */
export interface Unprepared {
  arrival: Arrival;
  error: unknown;
}

/** Files that are copied and hashed at the same time. */
const AT_ONCE = 8;

/**
 * The slow part of taking files in, outside of any transaction: keeps a verified copy of each, reads what is embedded,
 * finds its values and makes the checks that need no database. Gives an answer for each file, in their order. Once the
 * signal is aborted no further file is begun, and its reason is thrown. Throws PermanentError `NoExifTool`.
 */
export async function prepare(
  context: IngestContext,
  arrivals: readonly Arrival[],
  signal?: AbortSignal,
): Promise<(Prepared | Unprepared)[]> {
  // One waits for the disk, the other for the processor.
  const [kept, read] = await bothOf(keepAll(context.store, arrivals, signal), readAll(context, arrivals));
  return arrivals.map((arrival, index) => {
    const original = kept[index]!;
    return original instanceof Failed
      ? { arrival, error: original.error }
      : judge(context, arrival, original, read[index]!);
  });
}

/** As `Promise.all`, but neither goes on when this has thrown. */
async function bothOf<A, B>(a: Promise<A>, b: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([a, b]);
  return [await a, await b];
}

export function isPrepared(each: Prepared | Unprepared): each is Prepared {
  return 'original' in each;
}

class Failed {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}

async function keepAll(
  store: IngestContext['store'],
  arrivals: readonly Arrival[],
  signal: AbortSignal | undefined,
): Promise<(Original | Failed)[]> {
  const kept: (Original | Failed)[] = [];
  const next = arrivals.entries();
  const lanes = Array.from({ length: AT_ONCE }, async () => {
    for (const [index, { file }] of next) {
      signal?.throwIfAborted();
      kept[index] = await store.keep(file).catch((error: unknown) => new Failed(error));
    }
  });
  for (const lane of await Promise.allSettled(lanes)) if (lane.status === 'rejected') throw lane.reason;
  return kept;
}

async function readAll(
  { reader, databox, embedded = true, checks = {} }: IngestContext,
  arrivals: readonly Arrival[],
): Promise<Read[]> {
  if (arrivals.length === 0) return [];
  const names = new ReadableNames();
  try {
    const files = arrivals.map(({ file, name }) => names.of(file, name));
    if (embedded) return await reader.read(files, [...factTags, ...wantedTags(databox)]);
    const { dimensions, colours } = checks;
    return dimensions || colours ? await reader.read(files, factTags) : await reader.readTypes(files);
  } finally {
    names.close();
  }
}

/** Extensions help ExifTool to tell some formats apart: a file that has another one, or a name that it cannot be told, gets a link. */
class ReadableNames {
  private folder: string | undefined;
  private count = 0;

  of(file: string, name: string): string {
    const extension = path.extname(name);
    // ExifTool is told one name a line.
    if (path.extname(file) === extension && !/\p{Cc}/u.test(file)) return file;
    this.folder ??= mkdtempSync(path.join(tmpdir(), 'regie-exiftool-'));
    this.count += 1;
    const safe = /^\.\w{1,20}$/.test(extension) ? extension : '';
    const link = path.join(this.folder, `${this.count}${safe}`);
    symlinkSync(path.resolve(file), link);
    return link;
  }

  close(): void {
    if (this.folder !== undefined) rmSync(this.folder, { recursive: true, force: true });
  }
}

function judge(
  { databox, checks = {}, embedded = true }: IngestContext,
  arrival: Arrival,
  original: Original,
  read: Read,
): Prepared {
  const { name, collection, description } = arrival;
  const tags = 'tags' in read ? read.tags : new Tags({});
  const fault = 'tags' in read ? read.fault : read.lost;
  const { uuid, ...rest } = readFacts(tags);
  const facts = embedded && uuid !== undefined ? { ...rest, uuid } : rest;
  const { values, unknown, missing } = valuesOf(
    databox.fields,
    name,
    embedded ? tags : undefined,
    description,
  );
  const reasons = failedChecks(name, facts, checks);
  // What it would have said is not known: nothing must be left out silently.
  if ('lost' in read) reasons.push({ check: 'metadata', text: read.lost });
  if (missing.length > 0) {
    const fields = missing.map((field) => field.name).join(', ');
    reasons.push({ check: 'required', text: `it has no value for ${fields}, which every record needs` });
  }
  const base = collection.status | (arrival.status?.ones ?? 0n);
  return {
    arrival,
    original,
    facts,
    status: description?.status ? applyMask(base, description.status) : base,
    values,
    unknown,
    reasons,
    ...(fault === undefined ? {} : { fault }),
  };
}
