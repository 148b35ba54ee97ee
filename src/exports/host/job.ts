import type { Sources } from './sources.ts';

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
