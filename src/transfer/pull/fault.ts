/** Something that went wrong with a file of the server. */
export interface Fault {
  /** Path below the remote folder. */
  path: string;
  /** Short name: `refused-by-server`, `unsafe-name` … */
  what: string;
  /** A sentence for operators. */
  reason: string;
}

/** As the list of incidents has it. */
export const problemOf = ({ path, ...fault }: Fault) => ({ ...fault, subject: path });
