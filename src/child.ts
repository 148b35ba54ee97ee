/**
 * Entry of a process of its own for code of users, `node dist/child.js <program> …`: hands the public API to `main` of the
 * program. What the user's code imports as `regie` lies above whoever starts such a process.
 */
import * as regie from './index.ts';

const program = (await import(process.argv[2]!)) as { main(api: object): Promise<void> };
await program.main(regie);
