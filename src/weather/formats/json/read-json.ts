import type { FileOnDisk, FormatFile, FormatReader } from '../format.ts';
import { readDocument } from './document.ts';
import { readLarge } from './large.ts';
import type { Layout } from './layout.ts';

/** Reads documents of the network's stations. */
export class DocumentReader implements FormatReader {
  private readonly layout: Layout;

  constructor(layout: Layout) {
    this.layout = layout;
  }

  read(bytes: Buffer, file: FormatFile): void {
    readDocument(bytes, file, this.layout);
  }

  stream(disk: FileOnDisk, file: FormatFile): AsyncIterable<unknown> {
    return readLarge(disk, file, this.layout);
  }
}
