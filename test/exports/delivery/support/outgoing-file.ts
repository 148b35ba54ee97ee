import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import type { SendOrder } from '../../../../src/exports/delivery/attempt.ts';
import type { OutgoingFile } from '../../../../src/exports/delivery/delivery-channel.ts';

/** A folder for one test, removed after it. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'regie-test-delivery-'));
  chmodSync(folder, 0o755);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A finished file with what the ledger knows of it. */
export function makeOutgoingFile({
  content = randomBytes(3_000),
  name = 'cards_20261120.csv',
  id = 'canal-cards-2026-11-20-1',
}: { content?: string | Uint8Array; name?: string; id?: string } = {}): OutgoingFile {
  const file = path.join(temporaryFolder(), name);
  writeFileSync(file, content);
  return {
    path: file,
    name,
    bytes: Buffer.byteLength(content),
    sha256: createHash('sha256').update(content).digest('hex'),
    placeholders: {
      yyyy: '2026',
      MM: '11',
      dd: '20',
      name: 'cards',
      campaign: 'canal',
      file: name,
      rows: '12',
    },
    id,
  };
}

/** A request as the ledger makes it, which counts its checkpoints. */
export function makeRequest(
  outgoing: OutgoingFile,
  recipients: readonly string[],
  checkpoint: () => Promise<void> = () => Promise.resolve(),
  signal: AbortSignal = new AbortController().signal,
): SendOrder & { readonly checkpoints: number } {
  let checkpoints = 0;
  return {
    outgoing,
    recipients,
    signal,
    checkpoint() {
      checkpoints++;
      return checkpoint();
    },
    get checkpoints() {
      return checkpoints;
    },
  };
}
