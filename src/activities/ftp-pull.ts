import { ftpPull as kind } from '../transfer/pull/ftp-pull-kind.ts';
import { activityOf } from './engine/work.ts';

/** Activity `ftpPull`: the files of an FTP server come into a folder (src/transfer/pull/pull.ts). */
export const ftpPull = activityOf(kind);
