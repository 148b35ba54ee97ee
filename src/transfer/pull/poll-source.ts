import type { Poll, TaskContext } from '../../task/kind.ts';
import { prepareFolders } from './pull-folders.ts';
import { pullFolders, settingsHash, sourceAddress, type PullSettings } from './pull-settings.ts';
import { describe, findUnavailable } from './pull-source.ts';

/**
 * Whether there are files only the server knows, so every tick asks it, unless it is being left alone after
 * a failure: then until somebody asks for a run, or changes the settings.
 */
export async function poll(ctx: TaskContext<PullSettings>): Promise<Poll> {
  const blockedBy = prepareFolders(pullFolders(ctx.config.root, ctx.settings));
  if (blockedBy !== undefined) return { work: false, blockedBy };
  const source = await findUnavailable(ctx.db, ctx.task, sourceAddress(ctx.settings));
  if (!source?.notBefore || source.settings !== settingsHash(ctx.settings)) return { work: true };
  const { rows } = await ctx.db.query<{ asked: boolean; early: boolean }>(
    `select $1 > now() as early,
       exists (select from regie.task where name = $2 and pending is not null) as asked`,
    [source.notBefore, ctx.task],
  );
  const { early, asked } = rows[0]!;
  return early && !asked ? { work: false, blockedBy: describe(source) } : { work: true };
}
