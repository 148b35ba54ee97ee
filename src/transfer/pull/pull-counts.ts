/** What a pull did, as its report and its progress say it. */
export interface Counts extends Record<string, number> {
  /** Files that the server showed. */
  listed: number;
  /** Files put in place. */
  fetched: number;
  /** Of those. */
  bytes: number;
  /** Files whose content was here already. */
  known: number;
  /** Files deleted on the server. */
  deleted: number;
  /** Names that must not become local files, and the like. */
  refused: number;
  /** Files that changed too short a time ago. */
  growing: number;
  /** Files that could not be fetched, placed or deleted. */
  failed: number;
}

export function newCounts(): Counts {
  return { listed: 0, fetched: 0, bytes: 0, known: 0, deleted: 0, refused: 0, growing: 0, failed: 0 };
}
