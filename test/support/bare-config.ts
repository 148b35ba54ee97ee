import path from 'node:path';
import { configSchema, type Config } from '../../src/config/schema.ts';

/** A checked configuration without tasks, as a domain sees it; sections as `regie.config.ts` writes them. */
export function bareConfig(root: string, sections: { weather?: unknown; library?: unknown } = {}): Config {
  const { kinds: _, ...config } = configSchema.parse({ installation: 'test', ...sections, tasks: [] });
  return { ...config, tasks: [], root, file: path.join(root, 'regie.config.ts') };
}
