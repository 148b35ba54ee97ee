import { createHash } from 'node:crypto';

/** What writers were told is safe, or closed: each content is to be there once. */
export class Expected {
  /** SHA-256 of the content of files whose writer closed them for good: hexadecimal, with the file's name. */
  readonly originals = new Map<string, string>();
  /** Contents that were whole for a while: they may be there, and need not. */
  readonly allowed = new Set<string>();
  /** Stations and local times of observations that were closed. */
  readonly observations = new Map<string, string>();

  closed(content: string, name: string): void {
    this.originals.set(hashOf(content), name);
  }

  passing(content: string): void {
    this.allowed.add(hashOf(content));
  }

  observed(station: string, minute: string, name: string): void {
    this.observations.set(`${station} ${minute}`, name);
  }
}

const hashOf = (content: string) => createHash('sha256').update(content).digest('hex');
