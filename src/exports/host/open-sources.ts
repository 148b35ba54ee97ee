import type { Source } from '../api/context.ts';
import type { ParentChannel } from './channel.ts';
import { loadSourceType } from './load-module.ts';
import type { Request } from './messages.ts';
import { unknownSource } from './unknown-source.ts';

/** Gives the sources that the configuration knows, by name, each connected when it is first read; `regie` is the public API. */
export async function openSources(
  { sources: names, config }: NonNullable<Request['make']>,
  parent: ParentChannel,
  regie: object,
): Promise<(name: string) => Source> {
  const opened = new Map<string, Source>();
  const told = new Set<string>();
  // Each query has a session of its own; once is enough.
  const tell = (text: string) => {
    if (!told.has(text)) parent.send({ type: 'log', text });
    told.add(text);
  };
  // Not loaded for an installation without databases.
  const sources = names.length === 0 ? undefined : await import('../sources/open.ts');
  return (name) => {
    if (!sources || !names.includes(name)) throw unknownSource(name, names);
    const ownType = config === undefined ? undefined : () => loadSourceType(config, name, regie);
    const source =
      opened.get(name) ??
      sources.openSource(name, () => parent.connect(name), parent.signal, {
        tell,
        ...(ownType && { ownType }),
      });
    opened.set(name, source);
    return source;
  };
}
