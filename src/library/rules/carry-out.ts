import { createHash } from 'node:crypto';
import type { WorkContext } from '../../task/kind.ts';
import { inTransaction } from '../../store/transaction.ts';
import { releaseOriginals } from '../originals/release.ts';
import { OriginalStore } from '../originals/store.ts';
import { storageFolder } from '../library-settings.ts';
import { actOnBatch, type BatchResult } from './act.ts';
import { nothing, plus, type Acted, type RuleOutcome } from './rule-outcome.ts';
import {
  nextRule,
  openRun,
  select,
  takeBatch,
  writeDone,
  type Progress,
  type RunKey,
  type SelectionPlan,
} from './progress.ts';
import type { ReadyRule, Resolved } from './resolve-rules.ts';
import { librarySection } from '../library-settings.ts';

/** How rules are carried out. */
export interface Manner {
  /** For rules that do not say it themselves: are their records selected before the first rule acts? */
  snapshot: boolean;
  /** Records that are changed in one transaction, at most. */
  batch: number;
}

/** What a run came to. */
export interface CarriedOut {
  /** Of the rules that it came to, in order. */
  outcomes: RuleOutcome[];
  /** Did the operator stop it before it was through? */
  stopped: boolean;
}

/**
 * Carries rules out, one after the other, each batch of records in a transaction. A run that was killed goes on where it
 * was. Throws what the database throws, and the signal's reason when it is aborted.
 */
export async function carryOut(
  ctx: WorkContext<unknown>,
  rules: readonly Resolved[],
  manner: Manner,
): Promise<CarriedOut> {
  return new RuleRun(ctx, rules, manner).start();
}

/** Why a rule does nothing that selected so many records. */
export function tooMany({ maxAffected }: ReadyRule, records: number): string | undefined {
  return maxAffected !== undefined && records > maxAffected
    ? `it would change ${records} records, more than maxAffected, which is ${maxAffected}`
    : undefined;
}

class RuleRun {
  private readonly ctx: WorkContext<unknown>;
  private readonly rules: readonly Resolved[];
  private readonly key: RunKey;
  private readonly plan: SelectionPlan;
  private readonly store: OriginalStore;

  constructor(ctx: WorkContext<unknown>, rules: readonly Resolved[], manner: Manner) {
    this.ctx = ctx;
    this.rules = rules;
    const { task, run, runId = run } = ctx;
    this.key = { task, run, runId, rules: hashOf(rules, manner) };
    this.plan = {
      early: rules.flatMap((each, index) =>
        each.state === 'ready' && (each.rule.snapshot ?? manner.snapshot)
          ? [[index, each.rule] as const]
          : [],
      ),
      size: manner.batch,
    };
    this.store = new OriginalStore(storageFolder(ctx.config.root, librarySection.of(ctx.config)));
  }

  async start(): Promise<CarriedOut> {
    const { ctx, key } = this;
    ctx.progress({ step: 'selecting records' });
    const progress = await openRun(ctx.db, key, this.plan);
    if (progress.due > 0 || progress.selected) ctx.trace('a run that was cut off goes on');
    await this.release(progress.originals);
    while (progress.due < this.rules.length) {
      if (await this.mustStop()) return { outcomes: progress.done, stopped: true };
      const finished = await this.carryOutDue(progress);
      if (!finished) return { outcomes: progress.done, stopped: true };
      await nextRule(ctx.db, key, progress.due, progress.done);
      progress.due += 1;
      progress.selected = false;
    }
    return { outcomes: progress.done, stopped: false };
  }

  /** Carries out the rule that is due; false when the operator stopped it. */
  private async carryOutDue(progress: Progress): Promise<boolean> {
    const { ctx } = this;
    const { due, done } = progress;
    const each = this.rules[due]!;
    if (each.state !== 'ready') {
      done[due] =
        each.state === 'disabled'
          ? { name: each.name, what: 'disabled', reason: each.reason }
          : { name: each.name, what: 'inactive' };
      ctx.trace(`rule ${each.name}: ${each.state}${'reason' in each ? `: ${each.reason}` : ''}`);
      return true;
    }
    const { rule } = each;
    ctx.progress({ step: `rule ${rule.name}: selecting records` });
    const { records } = await select(ctx.db, this.key, progress, rule, this.plan);
    const acted = done[due]?.what === 'done' ? done[due] : nothing;
    const reason = tooMany(rule, records);
    if (reason !== undefined) {
      done[due] = { name: rule.name, what: 'too-many', reason };
      ctx.trace(`rule ${rule.name}: held back: ${reason}`);
      return true;
    }
    return this.workThrough(rule, progress, acted, records);
  }

  /** Acts upon the selected records, batch by batch; false when the operator stopped it. */
  private async workThrough(
    rule: ReadyRule,
    progress: Progress,
    acted: Acted,
    records: number,
  ): Promise<boolean> {
    const { ctx } = this;
    const { due, done } = progress;
    for (let worked = 0; ;) {
      done[due] = { name: rule.name, what: 'done', ...acted };
      if (worked > 0 && worked < records && (await this.mustStop())) return false;
      const result = await this.workBatch(rule, progress, acted);
      if (!result) break;
      acted = plus(acted, result.acted);
      worked += result.records;
      await this.release(result.originals);
      if (result.acted.affected > 0) ctx.changed();
      const { affected: _, ...counts } = acted;
      ctx.progress({ step: `rule ${rule.name}`, done: worked, total: records, counts });
    }
    ctx.trace(`rule ${rule.name}: ${records} records selected, ${acted.affected} changed`, { ...acted });
    return true;
  }

  /** The next batch, in one transaction with what is written down of it. */
  private async workBatch(
    rule: ReadyRule,
    { now, due, done }: Progress,
    acted: Acted,
  ): Promise<(BatchResult & { records: number }) | undefined> {
    const { ctx, key } = this;
    const early = this.plan.early.some(([index]) => index === due);
    return inTransaction(ctx.db, async (db) => {
      const ids = await takeBatch(db, key, due);
      if (!ids) return undefined;
      const result = await actOnBatch(db, rule, ids, { now, early }, { task: key.task, run: key.run });
      const soFar: RuleOutcome = { name: rule.name, what: 'done', ...plus(acted, result.acted) };
      await writeDone(db, key, [...done.slice(0, due), soFar], result.originals);
      return { ...result, records: ids.length };
    });
  }

  private async release(originals: readonly string[]): Promise<void> {
    if (originals.length > 0) await releaseOriginals(this.ctx.db, this.store, originals);
  }

  private async mustStop(): Promise<boolean> {
    this.ctx.signal.throwIfAborted();
    return this.ctx.shouldStop();
  }
}

/** Tells other rules from these: in their settings, or in what they mean in the database. */
function hashOf(rules: readonly Resolved[], manner: Manner): string {
  const text = JSON.stringify([rules.map(essence), manner], (_, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
  return createHash('sha256').update(text).digest('hex');
}

function essence(each: Resolved): unknown {
  if (each.state !== 'ready') return each;
  const { databox, change, ...rest } = each.rule;
  return {
    ...rest,
    databox: [databox.id, databox.timezone],
    change: change && { ...change, collection: change.collection?.id },
  };
}
