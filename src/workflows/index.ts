/** The bundle: two workflows of the engine, and the default one that runs every kind. */
export { default } from './run.ts';
export { task } from './task.ts';
export { watch } from './watch-workflow.ts';
