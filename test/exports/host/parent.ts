/** Makes a file of the module that the argument names, as a worker does, and prints what is traced. */
import { produce } from '../../../src/exports/host/host.ts';

const { root, module } = JSON.parse(process.argv[2]!) as { root: string; module: string };
await produce(
  {
    name: 'closed',
    campaign: 'canal',
    module,
    root,
    workFolder: root,
    sources: { names: [], connect: () => Promise.reject(new Error('none')) },
  },
  { type: 'day', businessDay: '2026-11-20' },
  { signal: new AbortController().signal, progress: () => undefined, trace: (line) => console.log(line) },
);
