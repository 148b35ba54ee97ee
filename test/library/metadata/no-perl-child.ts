/** A process that finds perl in one folder only: node no-perl-child.ts <folder>. Says how reading fails. */
import { MetadataReader } from '../../../src/library/metadata/exiftool.ts';
import { PermanentError } from '../../../src/task/errors.ts';

process.env['PATH'] = process.argv[2]!;
// As a worker would: it does not end because nothing happens.
const alive = setInterval(() => undefined, 1_000);
const reader = new MetadataReader();
try {
  await reader.read([import.meta.filename], ['File:MIMEType']);
} catch (error) {
  process.stdout.write(`${(error as PermanentError).type}: ${(error as Error).message}\n`);
}
await reader.close();
clearInterval(alive);
