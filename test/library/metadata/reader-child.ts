/** A process that keeps ExifTool open until it is killed: says `open` when it has read the file that it is given. */
import { MetadataReader } from '../../../src/library/metadata/exiftool.ts';

await new MetadataReader().read([process.argv[2]!], ['File:MIMEType']);
process.stdout.write('open\n');
setInterval(() => undefined, 1_000);
