import { z } from 'zod';
import { checkServer, resolveServer, serverFields, type ResolvedSource } from '../resolve-connection.ts';
import { splitScript, type Dialect } from '../script.ts';
import { defineSourceType } from '../source.ts';

const scheme = { name: 'postgres', pattern: /^postgres(ql)?:\/\// };

const dialect: Dialect = {
  rules: [
    [/--[^\n]*/y, 'skip'],
    [/[eE]'[^'\\]*(?:(?:''|\\[^])[^'\\]*)*'/y, 'text'],
    [/'[^']*(?:''[^']*)*'/y, 'text'],
    [/"[^"]*(?:""[^"]*)*"/y, 'text'],
    [/(\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$)[^]*?\1/y, 'text'],
  ],
  unended: /['"]|\/\*|\$(?:[A-Za-z_]\w*)?\$/y,
  nests: true,
  numbered: true,
};

/** A PostgreSQL. Without an address it is Regie's own database. */
export const postgres = defineSourceType({
  name: 'postgres',
  settings: z
    .strictObject({
      ...serverFields(scheme),
      /** Where tables without a schema in their name are looked for; by default where the login looks. */
      schema: z.string().min(1).optional(),
    })
    .superRefine((settings, context) => checkServer(settings, context, false)),
  async resolve({ schema, ...settings }, { ownDatabase }): Promise<ResolvedSource> {
    const server = await resolveServer(scheme, settings, ownDatabase);
    return schema === undefined ? server : { ...server, schema };
  },
  async open(server: ResolvedSource, options) {
    const { PostgresSession } = await import('./postgres-session.ts');
    return PostgresSession.open(server, options);
  },
  split: (script, parameters) => splitScript(script, parameters, dialect),
});
