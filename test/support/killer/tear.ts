import fs from 'node:fs';

/** The functions as Node has them: taken before the instrument takes their place. */
const { copyFileSync, statSync, truncateSync, writeFileSync, writeSync } = fs;

/** How to do half of a call that writes content; `undefined` for all others. `target`: what it is a method of. */
export function tearOf(base: string, target: unknown, args: readonly unknown[]): (() => void) | undefined {
  const { fd } = (target ?? {}) as { fd?: unknown };
  const [file, data, ...rest] = typeof fd === 'number' ? [fd, ...args] : args;
  switch (base) {
    case 'writeFile':
    case 'appendFile': {
      if (typeof data !== 'string' && !ArrayBuffer.isView(data)) return undefined;
      const { encoding, flag = base === 'appendFile' ? 'a' : 'w' } = optionsOf(rest[0]);
      return () => writeFileSync(openOrPath(file), halfOf(data, encoding), { flag });
    }
    case 'write': {
      if (typeof data === 'string') {
        const [position, encoding] = rest;
        return () => put(file, halfOf(data, encoding), position);
      }
      if (!ArrayBuffer.isView(data)) return undefined;
      const [offset, length, position] = rangeOf(rest);
      const range = bytesOf(data).subarray(offset, length === undefined ? undefined : offset + length);
      return () => put(file, halfOf(range), position);
    }
    case 'writev':
      return () => put(file, halfOf(Buffer.concat(data as Uint8Array[])), rest[0]);
    case 'copyFile':
      return () => {
        copyFileSync(file as string, data as string, typeof rest[0] === 'number' ? rest[0] : 0);
        truncateSync(data as string, statSync(file as string).size >> 1);
      };
    default:
      return undefined;
  }
}

function put(file: unknown, bytes: Uint8Array, position: unknown): void {
  writeSync(file as number, bytes, 0, bytes.length, typeof position === 'number' ? position : null);
}

function halfOf(data: string | ArrayBufferView, encoding?: unknown): Uint8Array {
  const known = typeof encoding === 'string' && Buffer.isEncoding(encoding) ? encoding : 'utf8';
  const bytes = typeof data === 'string' ? Buffer.from(data, known) : bytesOf(data);
  return bytes.subarray(0, bytes.length >> 1);
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView) =>
  Buffer.from(buffer, byteOffset, byteLength);

function optionsOf(options: unknown): { encoding?: unknown; flag?: string } {
  if (typeof options === 'string') return { encoding: options };
  return typeof options === 'object' && options !== null ? options : {};
}

const openOrPath = (file: unknown) =>
  typeof (file as { fd?: unknown }).fd === 'number' ? (file as { fd: number }).fd : (file as string);

/** `(offset, length, position)` or `({ offset, length, position })`, any of them left out. */
function rangeOf(rest: readonly unknown[]): [offset: number, length: number | undefined, position: unknown] {
  const [first, second, third] = rest;
  const { offset, length, position } =
    typeof first === 'object' && first !== null
      ? (first as { offset?: unknown; length?: unknown; position?: unknown })
      : { offset: first, length: second, position: third };
  return [typeof offset === 'number' ? offset : 0, typeof length === 'number' ? length : undefined, position];
}
