import { z } from 'zod';
import { template } from '../fill.ts';

/** A folder of this machine, or one that is mounted. */
export const directoryDestination = z.strictObject({
  type: z.literal('directory'),
  /**
   * A relative one starts at the folder of `regie.config.ts`. May have placeholders: `/mnt/reports/{yyyy}-{MM}`; folders
   * from the first placeholder on are made, what stands before must be there.
   */
  folder: template.min(1),
});
