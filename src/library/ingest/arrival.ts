import type { Original } from '../originals/copy.ts';
import type { Facts } from '../metadata/facts.ts';
import type { Collection, Field } from '../model/databox.ts';
import type { Mask } from '../status/mask.ts';

/** What people say about a file: in a sidecar, in the manifest of a batch. */
export interface Description {
  /** Values by the names of fields, in any case. */
  values: ReadonlyMap<string, readonly string[]>;
  /** Laid over the record's status last. */
  status?: Mask;
}

/** A file that is to become a record. */
export interface Arrival {
  /** Where it is, absolute. It stays there as it is. */
  file: string;
  /** Its original name. */
  name: string;
  collection: Collection;
  /** Its bits are set on top of the collection's. */
  status?: Mask;
  description?: Description;
  /** The story that it joins, as its last record or, when it stands for the story, as its first. */
  story?: { id: string; first: boolean };
  /** What was made of it when it was taken before it was complete. */
  replaces?: { record?: string; quarantine?: string };
}

/** Whose doing it is; what events and quarantine say. */
export interface Who {
  task?: string;
  run?: string;
  /** user@host. */
  by?: string;
}

/** Values of one field of a new record; more than one only where the field is multi-valued. */
export interface FieldValues {
  field: Field;
  values: string[];
}

/** Why a file is not let in at once. */
export interface Reason {
  /** Short name: `sha256`, `uuid`, `extension`, `mime`, `dimensions`, `name`, `colour`, `required`, `metadata`. */
  check: string;
  /** A sentence for operators. */
  text: string;
  /** The record that it collides with. */
  record?: string;
}

/** A file whose content is kept and known: all that is left is to write its rows. */
export interface Prepared {
  arrival: Arrival;
  original: Original;
  facts: Facts;
  status: bigint;
  values: FieldValues[];
  /** Names in the description that are no field of the databox, or one that only tasks set. */
  unknown: string[];
  /** Checks that it failed; those that look into the database come later. */
  reasons: Reason[];
  /** What ExifTool found wrong with it. */
  fault?: string;
}

/** What became of a file. */
export type Disposition =
  { what: 'record'; record: string } | { what: 'quarantine'; quarantine: string; reasons: Reason[] };
