import path from 'node:path';
import type { z } from 'zod';
import type { Description } from '../../ingest/arrival.ts';
import type { Mask } from '../../status/mask.ts';
import { fileRules, headRules } from './manifest-rules.ts';

/** What a sender says of a batch: who sends it, where it goes, and each of its files. */
export interface Manifest {
  /** The sender's own name for the batch: sent again under the same one, it is the same batch. */
  id?: string;
  user?: string;
  collection?: string;
  entries: Entry[];
}

/** A file of a manifest. */
export interface Entry {
  /** From 0. */
  index: number;
  /** Below the batch's folder; null when what the manifest says is none. */
  path: string | null;
  /** Its original name. */
  name: string;
  sha256?: string;
  collection?: string;
  description: Description;
  /** Why it cannot be taken, whatever its file is. */
  fault?: string;
}

/** A manifest that says nothing that could be done; the message names its place. */
export class ManifestFault extends Error {
  constructor(message: string) {
    super(tame(message));
    this.name = 'ManifestFault';
  }
}

/** Files of a batch's folder that are about the batch. */
const RESERVED = ['manifest.xml', 'manifest.json', 'answer.json'];

/**
 * Checks what a manifest says; `raw` is what `headRules` and `fileRules` describe, `name` is how errors call it. A file
 * of which it says something impossible has a `fault`, the others do not suffer. Throws `ManifestFault` when the whole
 * makes no sense, or names more than `most` files.
 */
export function checkManifest(raw: unknown, name: string, most: number): Manifest {
  const head = headRules.safeParse(raw);
  if (!head.success) throw new ManifestFault(`${name}: ${faultOf(head.error)}`);
  const { status, files, ...rest } = head.data;
  if (files.length > most)
    throw new ManifestFault(`${name}: it names ${files.length} files; expected at most ${most} in one batch`);
  const seen = new Map(RESERVED.map((own) => [own, -1]));
  return {
    ...withoutUndefined(rest),
    entries: files.map((file, index) => checkFile(file, index, status, seen)),
  };
}

function checkFile(raw: unknown, index: number, status: Mask | undefined, seen: Map<string, number>): Entry {
  const checked = fileRules.safeParse(raw);
  if (!checked.success)
    return { index, ...namesOf(raw), description: { values: new Map() }, fault: faultOf(checked.error) };
  const { path: where, name, fields, status: own = status, ...rest } = checked.data;
  const entry: Entry = {
    index,
    path: where,
    name: name ?? path.basename(where),
    ...withoutUndefined(rest),
    description: { values: new Map(Object.entries(fields ?? {})), ...(own ? { status: own } : {}) },
  };
  const before = seen.get(where.normalize());
  if (before !== undefined)
    entry.fault =
      before < 0 ? `${where} is no file to take` : `file ${before} has the same path; expected each once`;
  seen.set(where.normalize(), before ?? index);
  return entry;
}

/** The first fault, with its place: `files[3].sha256: expected …`. */
function faultOf({ issues: [issue] }: z.ZodError): string {
  const at = issue!.path.map(String).join('.');
  return tame(at === '' ? issue!.message : `${at}: ${issue!.message}`);
}

/** What can be told of a file of which not all could be understood. */
function namesOf(raw: unknown): { path: string | null; name: string } {
  const { name, path: where } = (typeof raw === 'object' && raw !== null ? raw : {}) as Record<
    string,
    unknown
  >;
  const told = [name, where].find((each): each is string => typeof each === 'string' && each !== '');
  const { data = null } = fileRules.shape.path.safeParse(where);
  return { path: data, name: shown(told ?? 'a file without a path') };
}

const LONGEST_SHOWN = 200;

/** A name from outside as answers and the ledger can hold it. */
export function shown(text: string): string {
  const clean = tame(text);
  return clean.length > LONGEST_SHOWN ? `${Array.from(clean).slice(0, LONGEST_SHOWN).join('')}…` : clean;
}

/** A text from outside without what PostgreSQL refuses, or what moves the cursor of a terminal. */
function tame(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Surrogate}]/gu, '\uFFFD');
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(all: T): Defined<T> {
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Defined<T>;
}
