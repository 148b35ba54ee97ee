import { z } from 'zod';
import { identifier } from '../../settings/identifier.ts';
import { isSchema, typedSettings, type OwnInput, type Typed } from '../typed-settings.ts';
import type { DestinationType } from './destination.ts';
import { directory } from './directory/directory-destination.ts';
import { ftp } from './ftp/ftp-destination.ts';
import { mail } from './mail/mail-destination.ts';
import { sftp } from './sftp/sftp-destination.ts';

/** The types of destinations that Regie brings. */
export const destinationTypes = [mail, ftp, sftp, directory] as const;

type InputOf<T> =
  T extends DestinationType<infer Name, infer _, infer Input> ? { type: Name } & Input : never;

/** A destination as users write it. */
export type DestinationInput = InputOf<(typeof destinationTypes)[number]> | OwnInput<DestinationType>;

/** One checked destination. */
export type Destination = Typed<DestinationType>;

const destination = typedSettings<DestinationType, DestinationInput>(destinationTypes, {
  define: 'defineDestinationType',
  methods: ['open'],
  optional: ['isPermanent'],
  fault({ name, silenceTimeout, overrides = {} }) {
    if (silenceTimeout !== undefined && !(typeof silenceTimeout === 'number' && silenceTimeout > 0))
      return `the silenceTimeout of ${String(name)} is no number of milliseconds`;
    const schemas = typeof overrides === 'object' && overrides !== null ? Object.values(overrides) : [0];
    return schemas.every(isSchema) ? undefined : `the overrides of ${String(name)} are no schemas by name`;
  },
});

/** Where files may go, by the name that targets use: `destinations` of the configuration. */
export const destinationsSchema = z.record(identifier, destination).default({});
