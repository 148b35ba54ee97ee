import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { InputFile } from './waves.ts';

/** Puts files into the inbox as uploads end: under a hidden name, then renamed. */
export function deliver(inbox: string, files: readonly InputFile[]): void {
  for (const { name, text } of files) {
    const target = path.join(inbox, name);
    mkdirSync(path.dirname(target), { recursive: true });
    const draft = path.join(path.dirname(target), '.upload');
    writeFileSync(draft, text);
    renameSync(draft, target);
  }
}
