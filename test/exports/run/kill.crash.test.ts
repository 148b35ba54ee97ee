import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { sha256 } from '../../../src/files/move.ts';
import { dice } from '../../support/killer/seed.ts';
import { startMailServer } from '../delivery/support/smtp-server.ts';
import { cards, openLedger, type LedgerAtWork } from './support.ts';
import type { Times } from './tick.ts';
import type { Order } from './victim.ts';

/** Processes that make and deliver files, killed with -9 at random moments: never a second mail, never half a file, and a ledger that tells the truth. */

const seeded = dice(import.meta.filename);

let ledger: LedgerAtWork;
afterEach(() => ledger.close());

const program = fileURLToPath(new URL('./victim.ts', import.meta.url));
/** A run takes about a second: its process, its rows, its two deliveries. */
const LONGEST_MS = 1_400;
const DAYS = 8;

/** How it ended; it is killed so long after it has the task's lock. */
async function run(times: Times, killAfter?: number): Promise<string> {
  const child = fork(program, {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  let last = '';
  child.on('message', (word: string) => {
    last = word;
    if (word === 'ready') {
      const { input, url, root } = ledger;
      child.send({
        file: path.join(root, 'regie.config.ts'),
        input,
        url,
        task: 'cards',
        times,
      } satisfies Order);
    }
    if (word === 'begun' && killAfter !== undefined) setTimeout(() => child.kill('SIGKILL'), killAfter);
  });
  await exited;
  return last;
}

test('killed at any moment, it goes to nobody twice', async () => {
  const mail = await startMailServer();
  // Slow enough to be killed in the middle of its rows.
  const module = cards(
    "for (let i = 0; i < 20; i++) { await new Promise((go) => setTimeout(go, 10)); yield [i, ''] }",
  )
    .replace('*rows', 'async *rows')
    .replace("['out']", "['out', 'mail']");
  ledger = await openLedger(
    { cards: module },
    {
      destinations: {
        out: { type: 'directory', folder: 'out' },
        mail: {
          type: 'mail',
          host: '127.0.0.1',
          port: mail.port,
          ca: mail.authority,
          from: 'regie@example.org',
          recipients: ['reports@example.org'],
          subject: '{yyyy}-{MM}-{dd}',
        },
      },
    },
  );
  const random = seeded('exports');
  let kills = 0;
  for (let i = 0; i < DAYS; i++) {
    const day = `2026-06-${String(i + 1).padStart(2, '0')}`;
    const times = { now: `${day}T04:00:00Z`, run: `run/${day}` };
    for (let life = 0; life < 2; life++) {
      const end = await run(times, Math.floor(LONGEST_MS * random()));
      if (end.startsWith('ended')) break;
      kills += 1;
    }
    await run(times);
    await mail.idle();
    const name = `cards_${day.replaceAll('-', '')}.csv`;
    const [file, ...others] = await ledger.files(day);
    expect(others).toEqual([]);
    const [period] = (await ledger.periods()).filter(({ key }) => key === day);
    for (const folder of ['out', 'data/exports/canal'])
      expect(await sha256(path.join(ledger.root, folder, name))).toBe(file!.sha256);
    const sent = mail.mails.filter(({ source }) => source.includes(`Subject: ${day}`)).length;
    const [byFolder, byMail] = await ledger.deliveries(day);
    expect(byFolder).toMatchObject({ destination: 'out', state: 'delivered' });
    // Certain where it says so; where nobody can know, it says that.
    if (byMail!.state === 'delivered') expect([period!.state, sent]).toEqual(['delivered', 1]);
    else expect([byMail!.state, period!.state, sent < 2]).toEqual(['unknown', 'unknown', true]);
    expect(readdirSync(path.join(ledger.root, 'out')).filter((each) => each.startsWith('.'))).toEqual([]);
  }
  expect(kills).toBeGreaterThan(DAYS / 2);
}, 240_000);
