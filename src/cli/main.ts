#!/usr/bin/env node
import { regie } from './program.ts';

// `regie log … | head` closes the pipe: the reader has had enough, nothing failed.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const code = await regie(process.argv.slice(2));
// A server that went away in the middle can leave a connection attempt behind; the answer is out, so leave.
process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
