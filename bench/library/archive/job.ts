/** One hotfolder to archive: `hotfolder` below `root`. */
export interface ArchiveJob {
  /** Address of its database. */
  url: string;
  root: string;
  files: number;
  embedded: boolean;
}

export interface Archived {
  ms: number;
}
