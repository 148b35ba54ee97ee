import type { z } from 'zod';
import type { pullSettings } from '../../src/transfer/pull/pull-settings.ts';

/** One pull into a new installation. */
export interface PullJob {
  /** Address of its database. */
  url: string;
  /** Its folder. */
  root: string;
  settings: Omit<z.input<typeof pullSettings>, 'password' | 'stableFor' | 'deleteRemote'>;
  password: string;
}

/** How long it took, ms, and the processor's time of it. */
export interface Pulled {
  ms: number;
  cpu: number;
}
