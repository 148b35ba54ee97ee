import path from 'node:path';
import { parseArgs } from 'node:util';
import { Journal } from '../journal.ts';
import { installationIn, makeWorkspace, removeWorkspace } from '../workspace.ts';
import { storm } from './storm.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    writers: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    'kill-every': { type: 'string', default: '15' },
    keep: { type: 'boolean', default: false },
  },
});

const folder = await makeWorkspace();
const journal = new Journal(
  path.join(folder, 'journal.jsonl'),
  (line) => void process.stderr.write(`${line}\n`),
);
const result = await storm(
  installationIn(folder),
  {
    minutes: Number(values.minutes),
    writers: Number(values.writers),
    seed: values.seed,
    killEvery: Number(values['kill-every']),
  },
  journal,
);
await journal.close();
process.stdout.write(
  `${JSON.stringify({ ...result, faults: result.faults.slice(0, 50), of: result.faults.length }, undefined, 2)}\n`,
);
if (values.keep) process.stdout.write(`kept in ${folder}\n`);
else await removeWorkspace(folder);
process.exitCode = result.faults.length === 0 ? 0 : 1;
