import { z } from 'zod';
import { ftpDestination } from './ftp/settings.ts';
import { sftpDestination } from './sftp/settings.ts';
import { mailDestination } from './mail/settings.ts';
import { directoryDestination } from './directory/settings.ts';

const destination = z.discriminatedUnion('type', [
  mailDestination,
  ftpDestination,
  sftpDestination,
  directoryDestination,
]);

/** Where files may go, by the name that targets use (spec: exports, §5): `destinations` of the configuration. */
export const destinationsSchema = z
  .record(
    z.string().regex(/^[A-Za-z][\w-]{0,99}$/, {
      error: 'expected a letter, then letters, digits, `-` or `_`, at most 100',
    }),
    destination,
  )
  .default({});

/** One checked destination. */
export type Destination = z.output<typeof destination>;
