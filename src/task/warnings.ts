import type { Config, Task } from './config.ts';

/** What is allowed and yet unwise, or out of date, in a task's settings: a sentence each. Never throws. */
export function warningsOf(config: Config, { name, kind, settings, renamed = [] }: Task): string[] {
  try {
    return [...renamed, ...(kind.warnings?.({ task: name, settings, config }) ?? [])];
  } catch (error) {
    return [...renamed, `warnings of the kind ${kind.name} failed: ${String(error)}`];
  }
}
