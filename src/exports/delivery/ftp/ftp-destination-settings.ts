import { z } from 'zod';
import { checkServer, serverFields } from '../../../transfer/ftp/ftp-settings.ts';
import { template } from '../fill-placeholders.ts';

/** A folder of an FTP or FTPS server. */
export const ftpSettings = z
  .strictObject({
    ...serverFields,
    /**
     * A relative one starts where the login leads. May have placeholders; folders from the first one on are made, what
     * stands before must be there.
     */
    folder: template
      .regex(/^\P{Cc}+$/u, { error: 'expected a folder of the server, without control characters' })
      .default('.'),
  })
  .superRefine(checkServer);

export type FtpDestination = z.output<typeof ftpSettings>;
