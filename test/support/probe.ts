import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { defineKind, type Report, type WorkContext } from '../../src/task/kind.ts';

/** A kind for the engine's own tests: does what the test says. Lives in the process of the test. */
export interface Probe {
  /** Units of work that wait; a run takes them all, one after the other. */
  work: number;
  /** How long one unit takes, ms. */
  unit: number;
  blockedBy?: string | undefined;
  fail?: Error | undefined;
  runs: { run: string; options: object; nominal: Date }[];
  /** How many run at this moment, and the most that ever did. */
  now: number;
  most: number;
}

export const newProbe = (): Probe => ({
  work: 0,
  unit: 0,
  blockedBy: undefined,
  fail: undefined,
  runs: [],
  now: 0,
  most: 0,
});

export function probeKind(name: string, probe: Probe) {
  return defineKind({
    name,
    aliases: [`${name}-alias`],
    summary: `Does what a test says (${name})`,
    settings: z.strictObject({}),
    every: '1h',
    async poll() {
      return {
        work: probe.work > 0 || probe.fail !== undefined,
        ...(probe.blockedBy ? { blockedBy: probe.blockedBy } : {}),
      };
    },
    async work(ctx) {
      probe.runs.push({ run: ctx.run, options: ctx.options, nominal: ctx.nominal });
      probe.most = Math.max(probe.most, ++probe.now);
      try {
        return await doUnits(ctx, probe);
      } finally {
        probe.now--;
      }
    },
  });
}

async function doUnits(ctx: WorkContext<unknown>, probe: Probe): Promise<Report> {
  let units = 0;
  if (probe.fail) throw probe.fail;
  while (probe.work > 0) {
    ctx.signal.throwIfAborted();
    if (await ctx.shouldStop()) return { outcome: 'stopped', counts: { units }, changed: units > 0 };
    ctx.trace(`unit ${units + 1}`);
    await sleep(probe.unit, undefined, { signal: ctx.signal });
    probe.work--;
    units++;
    ctx.changed();
    ctx.progress({ step: 'working', done: units });
  }
  return {
    outcome: 'done',
    counts: { units },
    changed: units > 0,
    waiting: [{ what: 'units', count: probe.work }],
  };
}
