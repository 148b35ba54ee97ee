import type { Source } from '../api/context.ts';
import type { ParentChannel } from './channel.ts';
import { unknownSource } from './unknown-source.ts';

type OpenSource = (name: string, connect: () => Promise<object>, signal: AbortSignal) => Source;

/** Gives the sources that the configuration knows, by name, each connected when it is first read. */
export async function openSources(
  names: readonly string[],
  parent: ParentChannel,
): Promise<(name: string) => Source> {
  const open = new Map<string, Source>();
  const { openSource } = await load();
  return (name) => {
    if (!names.includes(name)) throw unknownSource(name, names);
    const source = open.get(name) ?? openSource(name, () => parent.connect(name), parent.signal);
    open.set(name, source);
    return source;
  };
}

function load(): Promise<{ openSource: OpenSource }> {
  return import(`../sources/open${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`) as Promise<{
    openSource: OpenSource;
  }>;
}
