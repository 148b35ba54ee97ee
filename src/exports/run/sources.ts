import type { Client } from 'pg';
import type { Installation } from '../../task/installation.ts';
import type { Sources } from '../host/sources.ts';
import { resolveSource } from '../sources/settings.ts';
import type { ExportRun } from '../described.ts';
import { sourcesSection } from '../settings.ts';

/** The databases that the configuration names; their secrets are resolved when an export reads from them. */
export function sourcesFrom(config: Installation, own: () => Promise<string>): Sources {
  const sources = sourcesSection.of(config);
  return {
    names: Object.keys(sources),
    config: config.file,
    connect: (name) => resolveSource(sources[name]!, { root: config.root, ownDatabase: own }),
  };
}

/** The same for a run, which is connected to Regie's own database. */
export function sourcesOf({ config, db }: Pick<ExportRun, 'config' | 'db'>): Sources {
  return sourcesFrom(config, () => Promise.resolve(ownDatabaseUrl(db)));
}

/** What a connection of `pg` knows of itself; the types tell it of a client alone, not of a pool's. */
type Login = Pick<Client, 'host' | 'port' | 'user' | 'password' | 'database'>;

/** Where Regie's own database is, as this connection reached it. */
function ownDatabaseUrl({ host, port, user, password, database }: Login): string {
  const given = process.env['DATABASE_URL'];
  if (given) return given;
  const url = new URL('postgres://localhost');
  url.hostname = host;
  url.port = String(port);
  url.username = user ?? '';
  url.password = typeof password === 'string' ? password : '';
  url.pathname = `/${database ?? ''}`;
  return url.href;
}
