import path from 'node:path';
import {
  destinationsSection,
  exportDefaultsSection,
  exportsSection,
  sourcesSection,
} from '../../src/exports/export-settings.ts';
import { librarySection } from '../../src/library/library-settings.ts';
import type { Config } from '../../src/task/config.ts';
import type { Section, Sections } from '../../src/task/section.ts';
import { weatherSection } from '../../src/weather/weather-settings.ts';
import { builtInMigrations } from './migrations.ts';

/** A checked configuration without tasks, as a domain sees it; sections as `regie.config.ts` writes them. */
export function bareConfig(root: string, given: { weather?: unknown; library?: unknown } = {}): Config {
  return {
    root,
    file: path.join(root, 'regie.config.ts'),
    installation: 'test',
    keepRuns: 30 * 86_400_000,
    sections: sectionsOf(given),
    migrations: builtInMigrations,
    tasks: [],
  };
}

/** The sections of the built-in modules, checked. */
function sectionsOf(given: Record<string, unknown>): Sections {
  const checked: Record<string, unknown> = {};
  const all: Section[] = [
    weatherSection,
    librarySection,
    exportDefaultsSection,
    sourcesSection,
    destinationsSection,
    exportsSection,
  ];
  for (const { key, schema } of all)
    checked[key] = (typeof schema === 'function' ? schema(checked) : schema).parse(given[key]);
  return checked;
}

/** The same configuration with another section. */
export function withSection<Output>(config: Config, { key }: Section<string, Output>, value: Output): Config {
  return { ...config, sections: { ...config.sections, [key]: value } };
}
