/** A process that moves a file by way of the database, to die at a moment: node mortal-child.ts <url> <folder> <moment>. */
import { dieAt } from './for-real.ts';
import { rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';

const [url, folder, moment] = process.argv.slice(2) as [string, string, string];
const client = new pg.Client(url);
await client.connect();
dieAt(Number(moment), path.join(folder, 'death'));
await writeFile(path.join(folder, 'new'), 'content');
await client.query('insert into moved values (1)');
await rename(path.join(folder, 'new'), path.join(folder, 'done'));
await client.end();
