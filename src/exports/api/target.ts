export type Weekday = 'monday' | 'tuesday' | 'wednesday' | 'thursday' | 'friday' | 'saturday' | 'sunday';

/** When an export is due, and to whom it goes. */
export interface Target {
  /** Local hours in which it may run; default 4, 5, 6, 7: from 04:00 up to 08:00. They must follow one another. */
  hours?: readonly number[];
  /** What one file is about; default `day`. `month`: due on the first, for the month before. `operation`: when the operator says so. */
  period?: 'day' | 'month' | 'operation';
  /** IANA zone of the hours, of the business day and of moments in the file; default `UTC`. */
  timezone?: string;
  /** After a failure, again after this time while the window lasts; divides an hour or is an hour. Default `1 hour`. */
  retryEvery?: string;
  /** Business days on which it is due; default all. Only with `period: 'day'`. */
  weekdays?: readonly Weekday[];
  /** Business days on which it is not due: `2026-12-25`, or `12-25` for every year. Only with `period: 'day'`. */
  holidays?: readonly string[];
  /** Where the file goes: names of the configuration's `destinations`. Default: the export's own folder only. */
  deliver?: readonly DeliverTo[];
}

/** A destination by name, or with what is to be different for this export. */
export type DeliverTo =
  | string
  | {
      to: string;
      /** Mail: instead of the destination's recipients. */
      recipients?: readonly string[];
      /** Mail: with placeholders, as in file names. */
      subject?: string;
      /** Mail: with placeholders, as in file names. */
      text?: string;
      /** FTP, SFTP, directory: instead of the destination's folder; with placeholders. */
      folder?: string;
      /** Of a destination of your own type: instead of its settings of these names. */
      with?: Readonly<Record<string, unknown>>;
    };
