import { archive as kind } from '../library/archive/archive-kind.ts';
import { activityOf } from './engine/work.ts';

/** Activity `archive`: the files of a hotfolder become records of a collection (src/library/archive/run-archive.ts). */
export const archive = activityOf(kind);
