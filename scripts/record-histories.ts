/**
 * Records the histories that the replay test holds every later version against: run it when a version is
 * released, `npx tsx scripts/record-histories.ts`, and commit what it wrote to test/histories/<version>/.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ScheduleOverlapPolicy } from '@temporalio/client';
import { controlId, watchId } from '../src/task/names.ts';
import { PermanentError } from '../src/task/errors.ts';
import { eventually, startInstallation } from '../test/support/installation.ts';
import { newProbe, probeKind } from '../test/support/probe.ts';
import { serveShared } from '../test/support/shared/serve.ts';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as {
  version: string;
};
const folder = path.join(root, 'test', 'histories', version);

const endShared = await serveShared();
try {
  await record();
} finally {
  await endShared();
}

async function record(): Promise<void> {
  const probe = newProbe();
  const at = await startInstallation({
    installation: 'histories',
    kinds: [probeKind('probe', probe)],
    tasks: [{ name: 'svcProbe', kind: 'probe' }],
  });
  await at.startWorker();
  const lastRun = async (outcome: string) =>
    eventually(async () => {
      const { lastRun: last, running } = await at.status('svcProbe');
      if (running || last?.outcome !== outcome)
        throw new Error(`${outcome} expected, ${last?.outcome ?? 'nothing'} found`);
      // Ids carry the time in whole seconds: the next run shall have one of its own.
      await sleep(1_100);
      return last.id;
    });

  const recorded: Record<string, string> = { watch: watchId, control: controlId('svcProbe') };
  await at.update('svcProbe', 'trace');
  await at.update('svcProbe', 'run');
  recorded['run-idle'] = await lastRun('idle');
  probe.work = 2;
  await at.update('svcProbe', 'run');
  recorded['run-done'] = await lastRun('done');
  probe.blockedBy = 'no folder';
  await at.update('svcProbe', 'run');
  recorded['run-waiting'] = await lastRun('waiting');
  Object.assign(probe, newProbe(), { fail: new PermanentError('NoSuchHost', 'no such host') });
  await at.update('svcProbe', 'run');
  recorded['run-failed'] = await lastRun('failed');
  Object.assign(probe, newProbe(), { work: 1, unit: 60_000 });
  await at.update('svcProbe', 'run');
  await eventually(() => {
    if (probe.now === 0) throw new Error('not running');
  });
  await at.client.schedule.getHandle('svcProbe').trigger(ScheduleOverlapPolicy.ALLOW_ALL);
  await at.update('svcProbe', 'stop', { now: true, by: 'recorder', reason: 'to record it' });
  recorded['run-cancelled'] = await lastRun('cancelled');
  await at.update('svcProbe', 'stop').catch(() => undefined);
  await at.signal('svcProbe', 'run');
  await at.signal('svcProbe', 'start');
  await at.signal('svcProbe', 'notrace');
  await eventually(async () => {
    if ((await at.status('svcProbe')).trace) throw new Error('still traced');
  });

  await mkdir(folder, { recursive: true });
  for (const [name, id] of Object.entries(recorded)) {
    const history = await at.temporal('workflow', 'show', '--workflow-id', id, '--output', 'json');
    await writeFile(path.join(folder, `${name}.json`), anonymous(history));
    console.log(`${name}: ${(JSON.parse(history) as { events: unknown[] }).events.length} events`);
  }
  await at.close();
}

/** Stack traces and identities name the machine that recorded them; replay needs neither. */
function anonymous(history: string): string {
  const strip = (key: string, value: unknown) => (key === 'stackTrace' || key === 'identity' ? '' : value);
  return `${JSON.stringify(JSON.parse(history), strip, 1)}\n`;
}
