import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planSvc, type SvcOptions } from '../../src/cli/control/svc-plan.ts';
import { UsageError } from '../../src/command/exit.ts';

const deedsOf = (options: SvcOptions) => planSvc('json', options).commands;

test('every single option asks for what it says', () => {
  expect(deedsOf({ start: true })).toEqual(['start']);
  expect(deedsOf({ stop: true })).toEqual(['stop']);
  expect(deedsOf({ trace: true })).toEqual(['trace']);
  expect(deedsOf({ notrace: true })).toEqual(['notrace']);
  expect(deedsOf({ run: true })).toEqual(['run']);
  expect(planSvc('json', { status: true })).toMatchObject({ commands: [], status: true, follow: false });
  expect(planSvc('json', { follow: true })).toMatchObject({ commands: [], status: false, follow: true });
  expect(planSvc(undefined, { list: true })).toMatchObject({ list: true, status: false, commands: [] });
});

test('an alias alone asks for the status', () => {
  expect(planSvc('json', {})).toEqual({ list: false, commands: [], tmp: false, status: true, follow: false });
});

test('options that make sense together are carried out in one order', () => {
  expect(deedsOf({ run: true, trace: true, start: true })).toEqual(['start', 'trace', 'run']);
  expect(planSvc('json', { trace: true, status: true })).toMatchObject({ commands: ['trace'], status: true });
  expect(planSvc('json', { run: true, tmp: true })).toMatchObject({ commands: ['run'], tmp: true });
  expect(planSvc('json', { stop: true, reason: 'disk' })).toMatchObject({
    commands: ['stop'],
    reason: 'disk',
  });
  expect(planSvc('json', { stop: true, notrace: true, status: true })).toMatchObject({
    commands: ['stop', 'notrace'],
  });
  expect(planSvc('json', { trace: true, follow: true })).toMatchObject({
    commands: ['trace'],
    follow: true,
    status: false,
  });
});

test.each<[SvcOptions, RegExp]>([
  [{ start: true, stop: true }, /--start and --stop contradict/],
  [{ trace: true, notrace: true }, /--trace and --notrace contradict/],
  [{ run: true, stop: true }, /--run and --stop contradict/],
  [{ notrace: true, follow: true }, /--follow and --notrace contradict/],
  [{ tmp: true }, /--tmp goes with --run only/],
  [{ stop: true, tmp: true }, /--tmp goes with --run only/],
  [{ reason: 'why' }, /--reason goes with --start or --stop only/],
  [{ trace: true, reason: 'why' }, /--reason goes with --start or --stop only/],
  [{ list: true, run: true, status: true }, /--list goes with no other option; leave out --run, --status/],
])('%j is refused', (options, words) => {
  expect(() => planSvc('json', options)).toThrow(UsageError);
  expect(() => planSvc('json', options)).toThrow(words);
});

test('without an alias there is nothing to do but the list', () => {
  expect(() => planSvc(undefined, { start: true })).toThrow(/Say which task/);
  expect(() => planSvc(undefined, {})).toThrow(/Say which task/);
});

test('of all combinations, none is half done: each is refused, or does each thing asked for exactly once', () => {
  const flag = fc.constantFrom(true as const, undefined);
  const combination = fc.record({
    list: flag,
    start: flag,
    stop: flag,
    trace: flag,
    notrace: flag,
    run: flag,
    tmp: flag,
    status: flag,
    follow: flag,
  });
  fc.assert(
    fc.property(combination, (flags) => {
      const options = Object.fromEntries(Object.entries(flags).filter(([, set]) => set)) as SvcOptions;
      let plan;
      try {
        plan = planSvc('json', options);
      } catch (error) {
        expect(error).toBeInstanceOf(UsageError);
        return;
      }
      const asked = (['start', 'stop', 'trace', 'notrace', 'run'] as const).filter((name) => options[name]);
      expect([...plan.commands].sort()).toEqual([...asked].sort());
      expect(plan.commands.includes('start') && plan.commands.includes('stop')).toBe(false);
      expect(plan.tmp && !plan.commands.includes('run')).toBe(false);
      expect(plan.list && plan.commands.length > 0).toBe(false);
    }),
  );
});
