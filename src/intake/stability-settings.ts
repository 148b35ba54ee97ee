import { z } from 'zod';
import { inProgressFilter } from '../files/in-progress.ts';
import { fileSystemOf, isRemote } from './file-system.ts';

/** The setting `marker` of tasks that take files: the ending of the marker files of senders that cannot rename. */
export const markerEnding = z
  .string()
  .regex(/^[^/\p{Cc}]{1,50}$/u, {
    error:
      'expected the ending of marker files, such as ".ok", without "/" in it: photo.jpg is complete when photo.jpg.ok is there',
  })
  .optional();

/** What a task's settings say of when a file is complete. */
export interface StabilitySettings {
  /** ms. */
  stableFor: number;
  marker?: string | undefined;
  inProgress: readonly string[];
}

/** Times of files are as coarse as this on some disks: in less, one that grows may look the same. */
const COARSEST_TIME = 1_000;
/** A line that drops packets is silent that long before TCP has sent them again (1, 3, 7, 15, 31 s after the first). */
const LONGEST_SILENCE = 30_000;

/**
 * What is unwise in the settings of a task that takes files, a sentence each. On a disk of this machine a writer is seen by
 * what it has open; on one that other machines write to only silence tells that it has finished.
 */
export function stabilityWarnings(
  folder: string,
  { stableFor, marker, inProgress }: StabilitySettings,
): string[] {
  const said: string[] = [];
  if (marker !== undefined && inProgressFilter(inProgress)(`file${marker}`))
    said.push(
      `marker: files named *${marker} are left alone as work in progress (inProgress), so nothing is ever taken; expected another ending`,
    );
  if (marker !== undefined) return said;
  const type = fileSystemOf(folder)?.type;
  const remote = type !== undefined && isRemote(type);
  const least = remote ? LONGEST_SILENCE : COARSEST_TIME;
  if (stableFor < least) said.push(tooShort(folder, stableFor, least, remote ? type : undefined));
  return said;
}

/** The same for files that another machine keeps, so that nothing but silence tells that their writers have finished. */
export function remoteStabilityWarnings(
  server: string,
  stableFor: number,
  marker: string | undefined,
): string[] {
  return marker === undefined && stableFor < LONGEST_SILENCE
    ? [tooShort(server, stableFor, LONGEST_SILENCE, 'FTP')]
    : [];
}

function tooShort(where: string, stableFor: number, least: number, remote: string | undefined): string {
  const why =
    remote === undefined
      ? 'times of files may be no finer than a second'
      : `${remote} does not show who is writing, and a sender may be silent for longer`;
  return (
    `stableFor is ${stableFor / 1000} s for ${where}: a file may be taken before it is complete (${why}), and is then taken ` +
    `again as a new version. Expected ${least / 1000} s or more, or marker files (marker)`
  );
}
