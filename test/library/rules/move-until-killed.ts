import { carryOut } from '../../../src/library/rules/carry-out.ts';
import { resolveRules } from '../../../src/library/rules/resolve-rules.ts';
import { moverSettings } from '../../../src/library/rules/rule-settings.ts';
import { bareConfig } from '../../support/bare-config.ts';
import { openPool } from '../../../src/store/connection.ts';
import { contextOf } from './context.ts';

/** Carries out rules as a worker does, and writes a line for each batch, until it is killed or through. */
const [url, root, settingsText, run] = process.argv.slice(2) as [string, string, string, string];
const settings = moverSettings.parse(JSON.parse(settingsText));
const pool = openPool(url, { max: 1 });
const db = await pool.connect();
// As the engine does: what a killed run still has in progress ends before.
await db.query('select pg_advisory_lock(1)');
const declared = settings.rules.map((rule) => ({ name: rule.name, rule }));
let batches = 0;
const context = contextOf(db, settings, {
  run,
  config: bareConfig(root, { library: { storage: 'storage' } }),
  shouldStop: async () => {
    process.stdout.write(`${(batches += 1)}\n`);
    return false;
  },
});
const { outcomes } = await carryOut(context, await resolveRules(db, declared), settings);
process.stdout.write(`${JSON.stringify(outcomes)}\n`);
db.release();
await pool.end();
