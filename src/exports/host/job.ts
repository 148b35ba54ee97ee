import type { Column } from '../api/column.ts';
import type { FileFormat } from '../api/file-format.ts';
import type { CheckedTarget } from '../api/target.ts';
import type { ProducedFile, Verdict } from '../api/verdict.ts';
import type { ResolvedConnection } from '../sources/sources-section.ts';

/** What a module says of its export when it is loaded; plain data, kept in the database. */
export interface Description {
  target: CheckedTarget;
  format: FileFormat;
  /** Template of the file's name. */
  file: string;
  /** The columns, where the header does not depend on the run; none where `sheets` makes them. */
  columns: Column[];
}

/** The finished file with its verdict, and its first rows as text for the screen. */
export interface Produced {
  file: ProducedFile;
  verdict: Verdict;
  titles: string[];
  firstRows: string[][];
}

/** The sources that an export may read: names, and how to reach one, which is asked only when the export opens it. */
export interface Sources {
  names: readonly string[];
  /** The configuration that declares them, absolute. */
  config?: string;
  /** Settings of the connection, secrets resolved: they go to the child process over its channel, never by arguments or environment. */
  connect(name: string): Promise<ResolvedConnection>;
}

/** An export as the configuration declares it, and what its process may use. */
export interface ExportJob {
  /** The export's name and campaign. */
  name: string;
  campaign: string;
  /** Its module, absolute. */
  module: string;
  /** The installation's folder, absolute: the process's working folder, and where places in files are told from. */
  root: string;
  /** MB of memory that its process may take; Node itself needs some 80. Default 512. */
  memory?: number;
  /** ms that loading the module may take. Default 20,000. */
  loadWithin?: number;
}

/** What is needed to make a file. */
export interface ProduceJob extends ExportJob {
  sources: Sources;
  /** Where the file is written, absolute: under a name of its own that ends in `.part`. It must exist. */
  workFolder: string;
  /** ms that making the file may take, loading included. Default 3 hours. */
  timeout?: number;
  /** So many rows of each table at most: a preview. */
  limit?: number;
  /** ms that the export has to end by itself when it is cancelled. Default 5,000. */
  grace?: number;
}

/** The part of the engine's port that the making of a file uses. */
export interface ProducePort {
  signal: AbortSignal;
  progress(progress: { step: string; done?: number }): void;
  trace(text: string): void;
}
