#!/usr/bin/env node
import module from 'node:module';

// Node 22 and later keep what they compiled: half of a command's time is loading Temporal's client. Not in Node 20.
(module as { enableCompileCache?: () => void }).enableCompileCache?.();
const { regie } = await import('./program.ts');

// `regie log … | head` closes the pipe: the reader has had enough, nothing failed. What has servers to stop
// listens itself, and stops them first.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', () => {
    if (process.stdout.listenerCount('error') === 1) process.exit(0);
  });
}

const code = await regie(process.argv.slice(2));
// A server that went away in the middle can leave a connection attempt behind; the answer is out, so leave.
process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
