import { writeFileSync } from 'node:fs';
import os from 'node:os';
import { startTestPostgres } from '../test/support/postgres.ts';
import { startTestTemporal } from '../test/support/temporal.ts';
import { Cleanup } from './cleanup.ts';
import { measureEngine } from './engine/engine.ts';
import { measureExports } from './exports/exports.ts';
import { measureArchive } from './library/archive/archive.ts';
import { measureRules } from './library/rules/rules.ts';
import { readOptions, usage, type BenchOptions } from './options.ts';
import { print, type Section } from './report.ts';
import { measureTransfer } from './transfer/transfer.ts';
import { measureGrowth } from './weather/growth/growth.ts';
import { measureWeather } from './weather/weather.ts';
import { makeWorkspace } from './workspace.ts';

/** `npm run bench`: starts servers of its own, measures, prints tables, leaves nothing behind. Gives the exit code. */
async function main(args: readonly string[]): Promise<number> {
  let options: ReturnType<typeof readOptions>;
  try {
    options = readOptions(args);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    return 2;
  }
  if (options === 'help') {
    process.stdout.write(usage);
    return 0;
  }
  const stop = new AbortController();
  // However often it is pressed: what was started is ended in order.
  const interrupt = () => {
    if (stop.signal.aborted) return;
    say('interrupted; cleaning up');
    stop.abort(new Interrupted());
  };
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, interrupt);
  // Whoever read the tables went away (`| head`).
  process.stdout.on('error', interrupt);
  const cleanup = new Cleanup();
  try {
    await measureAll(options, cleanup, stop.signal);
    return 0;
  } catch (error) {
    if (stop.signal.aborted) return 130;
    throw error;
  } finally {
    await cleanup.run();
  }
}

class Interrupted extends Error {}

async function measureAll(
  { sizes, quick, parts, json }: BenchOptions,
  cleanup: Cleanup,
  signal: AbortSignal,
): Promise<void> {
  const { folder, remove } = makeWorkspace();
  cleanup.add(remove);
  say('starting PostgreSQL, durable as `regie up` runs it');
  const postgres = await startTestPostgres({ durable: true });
  cleanup.add(() => postgres.stop());
  const sections: Section[] = [];
  const show = (section: Section) => {
    sections.push(section);
    process.stdout.write(print(section));
  };
  process.stdout.write(`${machine()}${quick ? '; quick: the numbers mean nothing' : ''}\n\n`);
  if (parts.has('weather'))
    for await (const section of measureWeather(sizes, { folder, signal }, say)) show(section);
  if (parts.has('growth'))
    for await (const section of measureGrowth(sizes.growth, { folder, signal }, say)) show(section);
  if (parts.has('engine')) {
    signal.throwIfAborted();
    say('starting Temporal');
    const temporal = await startTestTemporal({ apart: true });
    cleanup.add(() => temporal.stop());
    show(await measureEngine(sizes, signal, say));
  }
  if (parts.has('transfer'))
    for await (const section of measureTransfer(sizes, { folder, signal }, say)) show(section);
  if (parts.has('archive'))
    for await (const section of measureArchive(sizes, { folder, signal }, say)) show(section);
  if (parts.has('rules')) show(await measureRules(sizes, signal, say));
  if (parts.has('exports')) show(await measureExports(sizes, { folder, signal }, say));
  if (json !== undefined)
    writeFileSync(json, `${JSON.stringify({ machine: machine(), quick, sections }, undefined, 2)}\n`);
}

function machine(): string {
  const [load] = os.loadavg();
  const memory = Math.round(os.totalmem() / 2 ** 30);
  return `Node ${process.version}, ${os.availableParallelism()} cores, ${memory} GB, load ${load!.toFixed(1)}`;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

process.exitCode = await main(process.argv.slice(2));
