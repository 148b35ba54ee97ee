import type { FormatFile } from '../format.ts';

const LONGEST_CODE = 10;

/** Finds the one station that all entries of a document must name. */
export class StationFinder {
  /** Each code, and the first entry that has it. */
  private readonly codes = new Map<string, number>();
  private sample: unknown;

  see(entry: number, meteor: unknown): void {
    if (typeof meteor === 'string' && meteor !== '') {
      if (!this.codes.has(meteor)) this.codes.set(meteor, entry);
    } else if (meteor !== undefined) {
      this.sample ??= meteor;
    }
  }

  /** The code of the station, which somebody knows, or undefined with the file failed. */
  decide(file: FormatFile, entries: number): string | undefined {
    const [code, ...others] = this.codes.keys();
    if (entries === 0) {
      file.fail('empty-file', 'the file holds an empty array; expected entries { meteor, info, data }');
    } else if (code === undefined) {
      const found = this.sample === undefined ? '' : `, found ${JSON.stringify(this.sample).slice(0, 80)}`;
      file.fail(
        'no-station',
        `no entry has a "meteor"; expected the station's code, 1 to 10 characters${found}`,
      );
    } else if (others.length > 0) {
      const list = [...this.codes]
        .slice(0, 5)
        .map(([each, entry]) => `${JSON.stringify(each)} (entry ${entry})`);
      file.fail(
        'mixed-stations',
        `entries of ${this.codes.size} stations: ${list.join(', ')}; expected one station a file`,
      );
    } else {
      if (file.belongsTo(code)) return code;
      file.fail('unknown-station', explainUnknown(code, file));
    }
    return undefined;
  }
}

function explainUnknown(code: string, file: FormatFile): string {
  const shown = JSON.stringify(code.slice(0, 80));
  if (code.length > LONGEST_CODE) return `meteor ${shown} has ${code.length} characters; expected at most 10`;
  return `unknown station ${shown} (${file.knownStations()}); add it to weather.stations in regie.config.ts, then run \`regie weather retry\``;
}
