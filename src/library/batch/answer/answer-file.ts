import { renameSync } from 'node:fs';
import path from 'node:path';
import { syncFolder, writeAtomically } from '../../../files/atomic-write.ts';
import type { Answer } from './answer.ts';

/** The name of the answer in a batch's folder. */
export const ANSWER_FILE = 'answer.json';

/**
 * Writes an answer into a batch's folder, over an earlier one. It is written in `own`, where nobody else writes, and
 * then moved: in a folder that somebody else fills, a link could lead what is written anywhere.
 */
export function writeAnswer(own: string, folder: string, answer: Answer): void {
  const draft = path.join(own, ANSWER_FILE);
  writeAtomically(draft, `${JSON.stringify(answer, undefined, 2)}\n`);
  renameSync(draft, path.join(folder, ANSWER_FILE));
  syncFolder(folder);
}
