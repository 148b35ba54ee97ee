/** Files of a folder, and the marker files that say of them that they are complete. */
export interface Marked<T> {
  /** Those that are no markers. */
  files: T[];
  /** By the names of files that are there: `photo.jpg` → `photo.jpg.ok`. */
  markers: Map<string, T>;
  /** Markers whose files are not there. */
  alone: T[];
}

/** Tells marker files from the others, by names in one folder or by paths. Without an ending all are files. */
export function findMarkers<T extends { name: string }>(
  files: readonly T[],
  ending: string | undefined,
): Marked<T> {
  const found: Marked<T> = { files: [], markers: new Map(), alone: [] };
  if (ending === undefined) return { ...found, files: [...files] };
  const names = new Set(files.map(({ name }) => name));
  for (const file of files) {
    const of = markedBy(file.name, ending);
    if (of === undefined) found.files.push(file);
    else if (names.has(of)) found.markers.set(of, file);
    else found.alone.push(file);
  }
  return found;
}

/** The name of the file that a marker file is for; undefined when it is no marker. */
export function markedBy(name: string, ending: string): string | undefined {
  const of = name.endsWith(ending) ? name.slice(0, -ending.length) : '';
  return of === '' || of.endsWith('/') ? undefined : of;
}
