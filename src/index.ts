/** What a user's code imports: `import { defineConfig, task, defineKind } from 'regie'`. */
export { defineConfig, task } from './config/define.ts';
export { resolveSecret, secretReference } from './config/secrets.ts';
export { defineKind } from './task/kind.ts';
export { PermanentError } from './task/errors.ts';
export type { ConfigInput } from './config/schema.ts';
export type { Duration, Kind, Look, Port, Progress, Report, TaskContext, WorkContext } from './task/kind.ts';
export type { CommandArgs, LastRun, Outcome, RunOptions, Status, Waiting } from './task/status.ts';
/** The schema library of settings, so that a kind of your own needs no package beside Regie. */
export { z } from 'zod';
