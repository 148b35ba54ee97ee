import { openPool } from '../../../src/store/connection.ts';
import { checkConfig } from '../../../src/config/load-config.ts';
import type { ConfigInput } from '../../../src/config/config-schema.ts';
import { messageOf } from '../../../src/task/errors.ts';
import { tick, type Times } from './tick.ts';

/** A run in a process of its own, to be killed. Takes an order, says how it ended. */
export interface Order {
  file: string;
  input: ConfigInput;
  url: string;
  task: string;
  times: Times;
}

process.send!('ready');
process.once('message', (order: Order) => void work(order));

async function work({ file, input, url, task, times }: Order): Promise<void> {
  const config = await checkConfig(input, file);
  const pool = openPool(url, { max: 1 });
  const db = await pool.connect();
  // As the engine does: whoever was killed has let go of its lock when its session is gone.
  await db.query("select pg_advisory_lock(hashtextextended('regie:' || $1, 0))", [task]);
  process.send!('begun');
  const settings = config.tasks.find(({ name }) => name === task)!.settings as never;
  const end = await tick({ task, settings, config, db }, times).then(
    ({ outcome }) => outcome,
    (error: unknown) => `failed: ${messageOf(error)}`,
  );
  process.send!(`ended ${end}`, () => process.exit(0));
}
