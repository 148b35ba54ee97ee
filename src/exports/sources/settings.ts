import { z } from 'zod';
import { secretReference } from '../../settings/secrets.ts';

const schemes = { postgres: /^postgres(ql)?:\/\//, mariadb: /^(mariadb|mysql):\/\// };

/** An address without a password in it, or a reference to one as a whole: `env:DIALLER_URL`. */
function address(type: keyof typeof schemes) {
  return z
    .string()
    .refine((text) => secretReference.safeParse(text).success || schemes[type].test(text), {
      // It may hold a password: never repeat it.
      error: `expected ${type}://user@host/database, or a reference to such an address, 'env:NAME' or 'file:/absolute/path'`,
    })
    .refine((text) => !holdsPassword(text), {
      error:
        "it holds a password; expected user@host only, and password: a reference, 'env:NAME' or 'file:/absolute/path'",
    });
}

function holdsPassword(text: string): boolean {
  try {
    const { password, searchParams } = new URL(text);
    return password !== '' || searchParams.has('password');
  } catch {
    return false;
  }
}

const connection = {
  host: z.string().min(1).optional(),
  port: z.int().min(1).max(65_535).optional(),
  database: z.string().min(1).optional(),
  user: z.string().min(1).optional(),
  password: secretReference.optional(),
  /** Encrypt, and check the server's certificate? */
  tls: z.boolean().optional(),
  /** PEM file of the authority that signed it, absolute; by default those that Node knows. */
  ca: z.string().startsWith('/', { error: 'expected the absolute path of a PEM file' }).optional(),
};

/** A PostgreSQL. Without an address it is Regie's own database. */
const postgresSource = z.strictObject({
  type: z.literal('postgres'),
  url: address('postgres').optional(),
  ...connection,
  /** Where tables without a schema in their name are looked for; by default where the login looks. */
  schema: z.string().min(1).optional(),
});

const mariadbSource = z.strictObject({
  type: z.literal('mariadb'),
  url: address('mariadb').optional(),
  ...connection,
});

const sourceSchema = z
  .discriminatedUnion('type', [postgresSource, mariadbSource], { error: "expected 'postgres' or 'mariadb'" })
  .superRefine((source, context) => {
    const refuse = (key: string, message: string) =>
      context.addIssue({ code: 'custom', path: [key], message });
    const { url, host, ca, tls } = source;
    const single = (['port', 'database', 'user', 'password'] as const).filter(
      (key) => source[key] !== undefined,
    );
    if (url !== undefined && host !== undefined) refuse('host', 'expected either url or host, not both');
    if (url === undefined && host === undefined) {
      if (source.type === 'mariadb') refuse('host', 'expected a host or a url');
      else
        for (const key of [...single, ...(tls === undefined ? [] : ['tls'])])
          refuse(key, `expected none without host or url: that is Regie's own database`);
    }
    if (ca !== undefined && tls !== true)
      refuse('ca', 'expected none unless tls is true: there is no certificate to check');
  });

/** The databases from which exports may read, by name; secrets are references (config/secrets.ts). */
export const sourcesSchema = z.record(
  z.string().regex(/^[A-Za-z][\w-]*$/, {
    error: 'expected a name of letters, digits, - and _, such as outbound',
  }),
  sourceSchema,
);

export type SourceSettings = z.output<typeof sourceSchema>;
