import { Busboy, type BusboyFileStream } from '@fastify/busboy';
import { open } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import path from 'node:path';
import { MOST_MANIFEST_BYTES } from '../manifest/manifest-json.ts';
import { watchPace } from './pace.ts';
import { Refusal } from './http-refusal.ts';
import type { HttpSettings } from './endpoint-settings.ts';

/** What a request brought. */
export interface Upload {
  manifest?: Buffer;
  /** Of a form without a manifest. */
  user?: string;
  collection?: string;
  files: Part[];
}

/** A file that a request brought. */
export interface Part {
  /** Its file name as the sender wrote it: never to be used as a path. */
  name: string;
  /** Where it is, absolute; safe against a power cut. */
  file: string;
  bytes: number;
}

/** The sender went away before its request was whole. */
export class Cut extends Error {}

interface Limits extends Pick<HttpSettings, 'maxFileBytes' | 'maxBatchBytes' | 'idleTimeout' | 'leastBytes'> {
  maxFiles: number;
}

/** Parts that are no files of the batch: the manifest, or the fields of a form. */
const OTHER_PARTS = 3;
/** Files that are written at the same time. */
const MOST_LANES = 16;
const MOST_HEADER_BYTES = 16 * 1024;

/**
 * Writes the files of a multipart request into `folder`, numbered, as they come: no more of one is in the memory than a
 * few pieces. Throws a `Refusal` when the request is not as it should be, `Cut` when it ends too early, and the errors
 * of the disk; what is in the folder then is of no use.
 */
export async function receive(request: IncomingMessage, folder: string, limits: Limits): Promise<Upload> {
  const upload: Upload = { files: [] };
  const streams = new Set<BusboyFileStream>();
  const saving: Promise<void>[] = [];
  const parser = parserOf(request, limits);
  let stopWatch: () => void = () => undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      stopWatch = watchPace(request, limits, reject);
      request.on('error', () => reject(new Cut('the request was cut off')));
      request.once('close', () => request.complete || reject(new Cut('the request was cut off')));
      parser.on('error', (error) => reject(malformed(error)));
      parser.once('finish', () => resolve());
      parser.once('filesLimit', () => reject(tooMany(`${limits.maxFiles} files`)));
      parser.once('fieldsLimit', () => reject(tooMany(`${OTHER_PARTS} fields`)));
      parser.on('field', (name, text, _nameCut, textCut) => {
        const refusal = takeField(upload, name, text, textCut);
        if (refusal) reject(refusal);
      });
      const lanes = new Lanes(request);
      parser.on('file', (field, stream, name) => {
        streams.add(stream);
        // One that breaks before anybody reads it must not end the process; the request breaks with it.
        stream.on('error', () => undefined);
        stream.once('limit', () => reject(tooLarge(name, limits)));
        const saved = lanes.add(
          field === 'manifest' ? readManifest(upload, stream) : save(upload, folder, name, stream),
        );
        saved.catch(reject);
        saving.push(saved);
      });
      request.pipe(parser);
    });
    await Promise.all(saving);
    return upload;
  } catch (error) {
    request.unpipe(parser);
    for (const stream of streams) stream.destroy();
    await Promise.allSettled(saving);
    throw error;
  } finally {
    stopWatch();
  }
}

/** Holds a request back while many of its files are on their way to the disk: they are parsed faster than written. */
class Lanes {
  private readonly request: IncomingMessage;
  private busy = 0;

  constructor(request: IncomingMessage) {
    this.request = request;
  }

  async add(work: Promise<void>): Promise<void> {
    this.busy += 1;
    if (this.busy >= MOST_LANES) this.request.pause();
    try {
      await work;
    } finally {
      this.busy -= 1;
      if (this.busy < MOST_LANES && this.request.isPaused()) this.request.resume();
    }
  }
}

function parserOf(request: IncomingMessage, limits: Limits) {
  const type = request.headers['content-type'] ?? '';
  if (!/^multipart\/form-data\s*;/i.test(type))
    throw new Refusal(415, 'expected a request of type multipart/form-data');
  try {
    return new Busboy({
      headers: { ...request.headers, 'content-type': type },
      preservePath: true,
      limits: {
        fileSize: limits.maxFileBytes,
        files: limits.maxFiles + 1,
        fields: OTHER_PARTS,
        fieldSize: MOST_MANIFEST_BYTES,
        headerPairs: 20,
        headerSize: MOST_HEADER_BYTES,
      },
    });
  } catch (error) {
    throw malformed(error);
  }
}

function malformed(error: unknown): Refusal {
  return new Refusal(400, `the request is no multipart/form-data: ${(error as Error).message}`);
}

const tooMany = (most: string) => new Refusal(413, `expected at most ${most} in one request`);

function tooLarge(name: string, { maxFileBytes }: Limits): Refusal {
  return new Refusal(
    413,
    `the file ${JSON.stringify(name.slice(0, 200))} is too large; expected at most ${maxFileBytes} bytes`,
  );
}

function takeField(upload: Upload, name: string, text: string, cut: boolean): Refusal | undefined {
  if (name !== 'manifest' && name !== 'user' && name !== 'collection') {
    const expected = 'files, and `manifest`, or `user` and `collection`';
    return new Refusal(400, `unknown field ${JSON.stringify(name)}; expected ${expected}`);
  }
  if (cut)
    return new Refusal(413, `the field ${name} is too large; expected at most ${MOST_MANIFEST_BYTES} bytes`);
  if (upload[name] !== undefined) return new Refusal(400, `the field ${name} comes twice; expected once`);
  if (name === 'manifest') upload.manifest = Buffer.from(text);
  else upload[name] = text;
  return undefined;
}

async function readManifest(upload: Upload, stream: BusboyFileStream): Promise<void> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of stream) {
    pieces.push(piece as Buffer);
    bytes += (piece as Buffer).length;
    if (bytes > MOST_MANIFEST_BYTES)
      throw new Refusal(413, `the manifest is too large; expected at most ${MOST_MANIFEST_BYTES} bytes`);
  }
  if (upload.manifest !== undefined) throw new Refusal(400, 'the manifest comes twice; expected once');
  upload.manifest = Buffer.concat(pieces);
}

async function save(upload: Upload, folder: string, name: string, stream: BusboyFileStream): Promise<void> {
  const part: Part = {
    name: decoded(name),
    file: path.join(folder, String(upload.files.length).padStart(6, '0')),
    bytes: 0,
  };
  upload.files.push(part);
  const handle = await open(part.file, 'wx');
  try {
    for await (const piece of stream) {
      await handle.appendFile(piece as Buffer);
      part.bytes += (piece as Buffer).length;
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Senders write so what may not stand in a quoted name (HTML, multipart/form-data encoding algorithm). */
const decoded = (name: string) => name.replaceAll('%22', '"').replaceAll('%0D', '\r').replaceAll('%0A', '\n');
