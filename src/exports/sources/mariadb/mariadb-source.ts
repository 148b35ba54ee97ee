import { z } from 'zod';
import { checkServer, resolveServer, serverFields, type ResolvedSource } from '../resolve-connection.ts';
import { splitScript, type Dialect } from '../script.ts';
import { defineSourceType } from '../source.ts';

const scheme = { name: 'mariadb', pattern: /^(mariadb|mysql):\/\// };

const dialect: Dialect = {
  rules: [
    [/(?:--(?=\s|$)|#)[^\n]*/y, 'skip'],
    // What the server runs though it looks like a comment.
    [/\/\*M?![^]*?\*\//y, 'text'],
    [/\/\*[^]*?\*\//y, 'skip'],
    [/'[^'\\]*(?:(?:''|\\[^])[^'\\]*)*'/y, 'text'],
    [/"[^"\\]*(?:(?:""|\\[^])[^"\\]*)*"/y, 'text'],
    [/`[^`]*(?:``[^`]*)*`/y, 'text'],
  ],
  unended: /['"`]|\/\*/y,
  nests: false,
  numbered: false,
};

/** A MariaDB or MySQL. */
export const mariadb = defineSourceType({
  name: 'mariadb',
  settings: z
    .strictObject(serverFields(scheme))
    .superRefine((settings, context) => checkServer(settings, context, true)),
  resolve: (settings) => resolveServer(scheme, settings),
  async open(server: ResolvedSource, options) {
    const { MariadbSession } = await import('./mariadb-session.ts');
    return MariadbSession.open(server, options);
  },
  split: (script, parameters) => splitScript(script, parameters, dialect),
});
