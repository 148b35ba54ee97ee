import type { Source } from '../api/context.ts';
import type { ParentChannel } from './channel.ts';
import { unknownSource } from './unknown-source.ts';

/** Gives the sources that the configuration knows, by name, each connected when it is first read. */
export async function openSources(
  names: readonly string[],
  parent: ParentChannel,
): Promise<(name: string) => Source> {
  const open = new Map<string, Source>();
  const told = new Set<string>();
  // Each query has a session of its own; once is enough.
  const tell = (text: string) => {
    if (!told.has(text)) parent.send({ type: 'log', text });
    told.add(text);
  };
  // Drivers are not loaded for an installation without databases.
  const sources = names.length === 0 ? undefined : await import('../sources/open.ts');
  return (name) => {
    if (!sources || !names.includes(name)) throw unknownSource(name, names);
    const source =
      open.get(name) ?? sources.openSource(name, () => parent.connect(name), parent.signal, tell);
    open.set(name, source);
    return source;
  };
}
