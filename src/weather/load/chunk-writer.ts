import { newStations, type StoreContext } from './load-group.ts';
import type { Reading } from './reading.ts';
import type { RowBuffer } from './copy-rows.ts';
import { forgetStations, registerStations, type Station } from './known-stations.ts';
import { writeAggregates, writeDirtyHours, writeObservations, type DirtyHours } from './write.ts';

/** Items that are judged and copied together. */
const CHUNK = 2_000;

/** Writes what is read of a file too large for the memory, chunk by chunk; all in the caller's transaction. */
export class ChunkWriter {
  /** Where the reader puts its rows. */
  private readonly rows: RowBuffer;
  private readonly context: StoreContext;
  private readonly reading: Reading;
  private readonly fileId: number;
  private readonly dirty: DirtyHours = new Map();
  private readonly registered: Station[] = [];

  constructor(context: StoreContext, rows: RowBuffer, reading: Reading, fileId: number) {
    this.context = context;
    this.rows = rows;
    this.reading = reading;
    this.fileId = fileId;
  }

  isFull(): boolean {
    return this.reading.observations.length + this.reading.aggregates.length >= CHUNK;
  }

  async flush(): Promise<void> {
    const { reading, rows, fileId, dirty } = this;
    const { db, weather } = this.context;
    const fresh = newStations([{ reading }]);
    this.registered.push(...fresh);
    await registerStations(db, weather, fresh);
    await writeObservations(db, rows, reading.observations, () => fileId, dirty);
    await writeAggregates(
      db,
      reading.aggregates.map((aggregate) => ({ ...aggregate, file: fileId })),
      dirty,
    );
    reading.stored += reading.aggregates.length;
    reading.observations = [];
    reading.aggregates = [];
    rows.clear();
  }

  /** Writes the rest, and queues the hours that were touched. */
  async end(): Promise<void> {
    await this.flush();
    await writeDirtyHours(this.context.db, this.dirty);
  }

  /** After a rollback: the stations that it registered are not there. */
  forget(): void {
    forgetStations(this.registered);
  }
}
