/** An answer that says no: `code` as RFC 959 §4.2 has it. */
export class Refusal extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.name = 'Refusal';
    this.code = code;
  }
}

const reasons: Record<string, readonly [code: number, reason: string]> = {
  ENOENT: [550, 'no such file or folder'],
  ENOTDIR: [550, 'no such file or folder'],
  EISDIR: [550, 'that is a folder'],
  EEXIST: [550, 'that is there already'],
  ENOTEMPTY: [550, 'the folder is not empty'],
  EACCES: [550, 'no right to do that'],
  EPERM: [550, 'no right to do that'],
  ENAMETOOLONG: [553, 'the name is too long'],
  ENOSPC: [452, 'the disk is full'],
};

/** What a client is told of an error; nothing of where the folder is on this machine. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  const known = reasons[(error as NodeJS.ErrnoException).code ?? ''];
  return known ? new Refusal(...known) : new Refusal(451, 'the server failed at that');
}
