// What `import … from 'regie'` (index) and `'regie/client'` (client) offer to users, as compiled. A change here is
// a change for them: look at it, tell of it in CHANGELOG.md, then run `npm run public-types`, which writes this file.

// index

/** What a user's code imports: `import { defineConfig, task, defineKind } from 'regie'`. */
export { defineConfig, task } from './config/define.ts';
export { resolveSecret, secretReference } from './settings/secrets.ts';
export { defineKind } from './task/kind.ts';
export { PermanentError } from './task/errors.ts';
export { CsvExport, XlsExport, type Rows, type Sheet } from './exports/api/export-classes.ts';
export { defineExport, type ExportDefinition } from './exports/api/export-classes.ts';
export { deliver, fail, hold, type ProducedFile, type Verdict } from './exports/api/verdict.ts';
export { Decimal, PlainDate, PlainDateTime, type Cell, type Row } from './exports/api/cell.ts';
export { exportContext, producedFile, type TestRun, type TestSource, } from './exports/testing/test-context.ts';
export type { Column, Header } from './exports/api/column.ts';
export type { ExportContext, Parameters, RowStream, Source } from './exports/api/export-context.ts';
export type { CsvFormat, SheetFormat } from './exports/api/file-format.ts';
export type { DeliverTo, Target, Weekday } from './exports/api/target.ts';
export { defineDestinationType, type DestinationContext, type DestinationType, } from './exports/delivery/destination.ts';
export { DeliveryFailed, type Channel, type OutgoingFile, type RecipientOutcome, type SendRequest, } from './exports/delivery/delivery-channel.ts';
export { defineSourceType, type SourceContext, type SourceType } from './exports/sources/source.ts';
export type { Result as SourceResult, Session as SourceSession, SessionOptions, Statement, } from './exports/sources/source-session.ts';
export type { ConfigInput } from './config/config-schema.ts';
export { count } from './command/count.ts';
export { CliError, exit, UsageError, type ExitCode } from './command/exit.ts';
export { group } from './command/command-group.ts';
export type { Output } from './command/output.ts';
export type { Session } from './command/session.ts';
export { table } from './command/table.ts';
export { withDatabase } from './command/with-database.ts';
export { defineFormat } from './weather/formats/format.ts';
export type { FileOnDisk, Format, FormatFile, FormatObservation, FormatReader, FormatStation, InputPosition, Position, RecordReader, Refusal, } from './weather/formats/format.ts';
export { defineLinesFormat, type LinesFormat } from './weather/formats/lines-format.ts';
export { defineModule, type Module, type Running } from './module/module.ts';
export { ok, problem, warning, type Check, type CheckContext, type Finding } from './module/finding.ts';
export type { Beside, FirstLook, Where } from './module/first-look.ts';
export { defineSection, type Section, type Sections } from './task/section.ts';
export { CommandRejected } from './task/command-rejected.ts';
export { NotFound } from './task/not-found.ts';
export type { Calendar } from './task/calendar.ts';
export type { Config, Task } from './task/config.ts';
export type { Installation } from './task/installation.ts';
export type { CommandResult, Duration, Kind, KindCommand, Poll, PollContext, OptionsOfKind, ServeContext, Port, Progress, Report, TaskContext, WorkContext, } from './task/kind.ts';
export type { Attention, CommandArgs, LastRun, Outcome, RunOptions, Status, Waiting } from './task/status.ts';
/** The schema library of settings, so that a kind of your own needs no package beside Regie. */
export { z } from 'zod';

// client

import type { QueryDefinition, SignalDefinition, UpdateDefinition } from '@temporalio/common';
/** Ids of a task's workflows and schedule, of the watch, and the queue of the workers. */
export { controlId, runId, scheduleId, taskQueue, watchId } from './task/names.ts';
/** Key in a schedule's memo: the installation that it belongs to. Schedules of others have none. */
export { ownerMemo } from './task/names.ts';
/** The note by which a schedule that is paused without a worker tells who did it, and why. */
export { writeNote } from './temporal/note.ts';
/** What Temporal's client throws, so that a program needs no package beside Regie. */
export { QueryRejectedError, WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
export type { Connected } from './temporal/connect.ts';
export type { TemporalAddress } from './temporal/address.ts';
export type { Attention, CommandArgs, LastRun, Outcome, RunOptions, Status, Waiting } from './task/status.ts';
/**
 * A command of a task, which is a signal and an update: `handle.signal(stop, args)` is left with the server, and acted on as soon as
 * a worker lives; `handle.executeUpdate(stop, { args: [args] })` waits for it, and answers the task's new status. An update that does not
 * fit the task's state is refused: `WorkflowUpdateFailedError`, whose `cause.message` says why.
 */
export interface Command<Args extends object = CommandArgs> extends Omit<SignalDefinition<[Args]>, 'type' | 'typeInfo'>, Omit<UpdateDefinition<Status, [Args]>, 'type' | 'typeInfo'> {
    /** For the compiler alone: `any` fits a signal as well as an update. */
    readonly type: any;
}
/**
 * A command that only the tasks of one kind know, `Kind.commands`, by its name: `const flush = commandOf<{ older: string }>('flush')`.
 * @typeParam Args what it is about, beside `reason` and `by`.
 */
export declare function commandOf<Args extends object>(name: string): Command<Args & CommandArgs>;
/** Starts the task: its schedule goes on. Refused when it is started. */
export declare const start: Command;
/** Stops the task; a run in progress ends at its next safe point, or is cancelled with `now`. Refused when it is stopped. */
export declare const stop: Command;
/** Asks for one run now. Refused when the task is stopped, unless `once`. */
export declare const run: Command<RunOptions>;
/** Traces the task until `notrace`: each step of its runs goes to its log. */
export declare const trace: Command;
export declare const notrace: Command;
/** How the task is. */
export declare const status: QueryDefinition<Status>;
/** The last 50 lines of its log, oldest first. */
export declare const log: QueryDefinition<string[]>;
/**
 * Connects as `regie` does: by `TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`, `TEMPORAL_API_KEY` and the like, or a profile of Temporal's own
 * `temporal.toml`; else to the server of the `regie up` in `root` (the working folder), else to 127.0.0.1:7233. Queries of a closed workflow are
 * rejected: a worker would answer them out of its history.
 * @param within ms to wait for the server.
 * @throws {Error} saying where no server answers, and what to do.
 */
export declare function connect({ root, within }?: {
    root?: string | undefined;
    within?: number | undefined;
}): Promise<Connected>;

// command/command-group

import type { Command } from 'commander';
/** A group of commands to which several modules add some, such as `demo`: the one that is there, or a new one. */
export declare function group(program: Command, name: string, description: string): Command;

// command/count

/** Reads a whole number from 1 to `most` of the command line. */
export declare const count: (most: number) => (text: string) => number;

// command/exit

/** Exit codes of every `regie` command; scripts rely on them. */
export declare const exit: {
    readonly done: 0;
    readonly failed: 1;
    readonly usage: 2;
    readonly noServer: 3;
    readonly noSuchTask: 4;
    /** The command does not fit the task's state: starting a started task, running a stopped one. */
    readonly refused: 5;
};
export type ExitCode = number;
/** Ends a command: `message` is one or two sentences for the operator, `code` the process's exit code. */
export declare class CliError extends Error {
    readonly code: ExitCode;
    /** Further members of the `--json` answer. */
    readonly details: Record<string, unknown>;
    constructor(code: ExitCode, message: string, details?: Record<string, unknown>);
}
export declare class UsageError extends CliError {
    constructor(message: string);
}

// command/output

import picocolors from 'picocolors';
/** Where a command writes: the process's streams, or a test's arrays. */
export interface Io {
    out(text: string): void;
    err(text: string): void;
    /** Is standard output a terminal? Decides colours and redrawing. */
    tty: boolean;
    /** Ends what follows something; Ctrl-C when left out. */
    signal?: AbortSignal;
}
/**
 * What a command says: one JSON document with `--json`, words and tables otherwise. Standard output carries
 * the answer; remarks go to standard error, so that a pipe gets the answer alone.
 */
export declare class Output {
    #private;
    readonly colors: ReturnType<typeof picocolors.createColors>;
    readonly tty: boolean;
    readonly json: boolean;
    constructor(io: Io, json: boolean);
    /** The answer of a command: `value` with `--json`, else the text that `words` makes. */
    answer(value: unknown, words: () => string): void;
    /** One of many answers over time (`--follow`, `--watch`): with `--json` one document a line. */
    event(value: unknown, words: () => string): void;
    line(text: string): void;
    /** Writes as is, for redrawing on a terminal. */
    raw(text: string): void;
    /** A remark beside the answer. */
    remark(text: string): void;
}

// command/session

import type { Pool } from 'pg';
/**
 * What a command of the command line works with. Configuration, Temporal and PostgreSQL are opened when first asked
 * for (each costs some 0.3 s to load) and closed together at the end.
 */
export interface Session {
    /** What the process will exit with; a command that ends otherwise than by an error sets it. */
    exitCode: ExitCode;
    readonly out: Output;
    /** @throws ConfigError with path, value and what was expected; UsageError when `--config` names no file. */
    config(): Promise<Config>;
    /** The task that `name` means: its name or an alias, in any case. @throws CliError exit 4. */
    task(name: string): Promise<Task>;
    /** The installation's database, or undefined when none is configured or none answers. */
    database(): Promise<Pool | undefined>;
    /** Its address, for a connection of one's own; undefined when there is none. */
    databaseUrl(): Promise<string | undefined>;
    /** Why there is no database, for operators. */
    whyNoDatabase(): Promise<string>;
    /** Gives a command to a task. @throws CliError exit 5 when it does not fit the task's state. */
    sendCommand(task: Task, action: Action, args?: CommandArgs & RunOptions): Promise<Done>;
    /** Asks for a run, and tells that it was taken; with `wait` follows it, and ends with its exit code. */
    askRun(task: Task, options: RunOptions, wait: boolean): Promise<void>;
    /** Aborted by Ctrl-C, once asked for: for commands that follow something until the operator has seen enough. */
    interruption(): AbortSignal;
    /** Runs `close` when the command has ended, latest first. */
    onClose(close: () => Promise<void>): void;
}
/** A command of the engine, or of the task's kind with what to say when it is carried out. */
export type Action = CommandName | {
    name: string;
    done: string;
};
/** What a command did. */
export interface Done {
    task: string;
    action: string;
    /** Said to the operator. */
    message: string;
    /** How it was done: by the control workflow; on the schedule itself, or by a signal left for a worker to come. */
    by: 'worker' | 'schedule' | 'signal';
    /** The task's new status, when a worker answered. */
    status?: Status;
    /** What had become of the control workflow, where it did not run: it is started again. */
    control?: string;
}

// command/table

/** Sets `rows` in columns under `head`. Cells may carry colours and line breaks. Columns listed in `right` are right-aligned. */
export declare function table(head: readonly string[], rows: readonly (readonly string[])[], right?: number[]): string;

// command/with-database

import type { PoolClient } from 'pg';
/**
 * Gives `work` a connection to the installation's database. What it does not find there (`NotFound`, RangeError) becomes
 * wrong usage (exit 2); no database is exit 3.
 */
export declare function withDatabase<T>(session: Session, work: (db: PoolClient) => Promise<T>): Promise<T>;

// config/config-schema

import { z } from 'zod';
/** What `regie.config.ts` holds beside the sections of modules. */
export declare const baseSchema: z.ZodObject<{
    installation: z.ZodDefault<z.ZodString>;
    keepRuns: z.ZodDefault<z.ZodPipe<z.ZodUnion<readonly [z.ZodString, z.ZodNumber]>, z.ZodTransform<number, string | number>>>;
    modules: z.ZodDefault<z.ZodArray<z.ZodCustom<Module<readonly import("../index.ts").Section<string, unknown, unknown>[]>, Module<readonly import("../index.ts").Section<string, unknown, unknown>[]>>>>;
    kinds: z.ZodDefault<z.ZodArray<z.ZodCustom<Kind<unknown>, Kind<unknown>>>>;
    tasks: z.ZodOptional<z.ZodArray<z.ZodObject<{
        name: z.ZodString;
        kind: z.ZodString;
        aliases: z.ZodDefault<z.ZodArray<z.ZodString>>;
        every: z.ZodOptional<z.ZodPipe<z.ZodUnion<readonly [z.ZodString, z.ZodNumber]>, z.ZodTransform<number, string | number>>>;
        after: z.ZodOptional<z.ZodString>;
        settings: z.ZodDefault<z.ZodRecord<z.ZodString, z.ZodUnknown>>;
    }, z.core.$strict>>>;
}, z.core.$strict>;
/** What a user writes in `defineConfig({...})`: the sections are those of the built-in modules. */
export type ConfigInput = z.input<typeof baseSchema> & SectionInputs<BuiltInModules>;

// config/define

/**
 * Types the object that `regie.config.ts` exports by default. It is checked when it is loaded. The sections of modules
 * in `modules` are typed as those of the built-in ones are.
 */
export declare function defineConfig<const M extends readonly Module[] = readonly []>(config: Omit<ConfigInput, 'modules'> & {
    modules?: M;
} & SectionInputs<M>): ConfigInput;
/** Types one task of the configuration. */
export declare function task(input: TaskInput): TaskInput;

// exports/api/cell

/**
 * A date without a time and without a zone, as a database's `date` gives it: `2026-11-20`. Kept as the database's own
 * text, so that it comes out as it went in.
 */
export declare class PlainDate {
    readonly text: string;
    constructor(text: string);
    toString(): string;
}
/**
 * A date and a time of day without a zone, as a database's `timestamp` or `datetime` gives it: `2026-11-20 08:15:00`,
 * perhaps with fractions of a second.
 */
export declare class PlainDateTime {
    readonly text: string;
    constructor(text: string);
    toString(): string;
}
/** An exact decimal number, as a database's `numeric` gives it: `1234.50`. Digits are neither lost nor added. */
export declare class Decimal {
    readonly text: string;
    constructor(text: string);
    toString(): string;
}
/** What one cell of a row may be. A `Date` is a moment; it is written as local time in the target's zone. */
export type Cell = string | number | bigint | boolean | Date | PlainDate | PlainDateTime | Decimal | null | undefined;
/** A row: cells in the order of the header, or an object. */
export type Row = readonly Cell[] | Readonly<Record<string, Cell>>;

// exports/api/column

/** A column of an export: its title in the header row, and how its cells are written. */
export interface Column {
    /** The title in the header row. */
    name: string;
    /**
     * The property of a row object that holds the cell. Left out everywhere: objects whose keys are the titles, in any
     * order, are read by title, others by position in the order of their keys.
     */
    key?: string;
    /**
     * What the cells are. Left out: what each value is by itself (a number is a number, a `PlainDate` a date, a string
     * text, whatever digits it consists of). `text` keeps leading zeros of whatever comes.
     */
    type?: 'text' | 'number' | 'date' | 'datetime' | 'boolean';
    /**
     * How dates and times are written: `yyyy MM dd HH mm ss SSS` with any other characters between them. CSV: the text
     * itself; by default `yyyy-MM-dd` and `yyyy-MM-dd HH:mm:ss`. Spreadsheets: the cell stays a date and is shown so.
     */
    format?: string;
    /** Digits after the decimal point of numbers; by default as they come. */
    decimals?: number;
    /** Decimal mark of numbers in CSV; by default `.`. */
    decimalMark?: '.' | ',';
    /** `true` and `false` as text in CSV; by default `true` and `false`. */
    booleans?: readonly [yes: string, no: string];
}
/** A header: titles, or columns where more is to be said. */
export type Header = readonly (string | Column)[];

// exports/api/export-classes

export type Rows<R> = AsyncIterable<R> | Iterable<R>;
/** A sheet of a spreadsheet with more than one. */
export interface Sheet<R = Row> {
    name: string;
    header: Header;
    rows: Rows<R>;
}
/** What both forms of export have. Users inherit from `CsvExport` or `XlsExport`. */
export declare abstract class Export<R = Row> {
    /**
     * Name of the file, with `{yyyy}`, `{MM}`, `{dd}` of the business day (of a monthly export: of the month that it is about),
     * `{segment}` and `{campaign}`. Left out: the export's name and the business day.
     */
    file?: string;
    /** Titles of the columns; each row must have as many cells. */
    header: Header;
    /** Before the file is begun. */
    before?(context: ExportContext): void | Promise<void>;
    /** After the file is finished and checked, whatever the verdict. */
    after?(file: ProducedFile, context: ExportContext): void | Promise<void>;
    /** After a failure in any of the other methods; the export fails with `error` all the same. */
    failed?(error: unknown, context: ExportContext): void | Promise<void>;
    /** Says whether the finished file may go out. */
    check(_file: ProducedFile, _context: ExportContext): Verdict | Promise<Verdict>;
    /** The rows, in the order of the file. */
    rows(_context: ExportContext): Rows<R>;
}
/** An export to a CSV file. */
export declare abstract class CsvExport<R = Row> extends Export<R> {
    /** How it is written; what is left out has its default. */
    csv: Partial<Omit<CsvFormat, 'type'>>;
    abstract rows(context: ExportContext): Rows<R>;
}
/** An export to a spreadsheet: override `rows` for one sheet, or `sheets` for several. */
export declare abstract class XlsExport<R = Row> extends Export<R> {
    /** `xls` is BIFF8, for tools that need it. */
    format: SheetFormat['type'];
    /** Name of the sheet. */
    sheet: string;
    headerRow: boolean;
    /** The sheets, written one after the other. */
    sheets(context: ExportContext): Sheet[] | Promise<Sheet[]>;
}
/** An export as a plain object: the function form. */
export interface ExportDefinition<R = Row> {
    target?: Target;
    file?: string;
    header?: Header;
    /** Default: a CSV file. */
    format?: (Partial<CsvFormat> & {
        type: 'csv';
    }) | (Partial<SheetFormat> & {
        type: SheetFormat['type'];
        sheet?: string;
    });
    rows?(context: ExportContext): Rows<R>;
    /** Spreadsheets with more than one sheet. */
    sheets?(context: ExportContext): Sheet[] | Promise<Sheet[]>;
    check?(file: ProducedFile, context: ExportContext): Verdict | Promise<Verdict>;
    before?(context: ExportContext): void | Promise<void>;
    after?(file: ProducedFile, context: ExportContext): void | Promise<void>;
    failed?(error: unknown, context: ExportContext): void | Promise<void>;
}
/** Declares an export in the function form; only gives its parts their types. */
export declare function defineExport<R = Row>(definition: ExportDefinition<R>): ExportDefinition<R>;

// exports/api/export-context

/** What `rows` and the hooks of an export get. */
export interface ExportContext {
    /** The export's name and campaign. */
    name: string;
    campaign: string;
    /** The local date on which the export is due: `2026-11-20`. Of a monthly export the first of the month in which it is due. */
    businessDay: string;
    /** The days that the file is about, local, `to` excluded: the day before the business day, or the month before. */
    from: string;
    to: string;
    /** The month before, `2026-10`; with `period: 'month'` only. */
    month?: string;
    /** With `period: 'operation'`: the segment that the operator named. */
    operation?: string;
    /** IANA zone of the target. */
    timezone: string;
    /** A database of the configuration's `sources`, by name. Throws `UnknownSource`. */
    source(name: string): Source;
    /** Aborted when the run is cancelled. */
    signal: AbortSignal;
    /** A line for the task's log when it is traced. */
    log(text: string): void;
}
/** A database from which rows are read. */
export interface Source {
    readonly name: string;
    /**
     * The rows of one query, read through a server-side cursor, some hundred at a time, as fast as they are taken. Parameters are bound:
     * `$1` for PostgreSQL, `?` for MariaDB. Returned from `rows` as it is, it is written without being made into objects first.
     */
    stream<T extends object = Record<string, Cell>>(query: string, parameters?: readonly unknown[]): RowStream<T>;
    /**
     * Several statements in one session: temporary tables, then one `select`, the last, whose rows are given. The first error stops the
     * script and names its statement. Parameters are bound to each statement that uses them.
     */
    script<T extends object = Record<string, Cell>>(text: string, parameters?: Parameters): RowStream<T>;
}
/** Parameters of a script by name: `:day` in its statements. */
export type Parameters = Readonly<Record<string, unknown>>;
/** Rows of a query; iterate once. Objects have the query's column names as keys. */
export interface RowStream<T> extends AsyncIterable<T> {
    readonly source: string;
}

// exports/api/file-format

/** How a CSV file is written. */
export interface CsvFormat {
    type: 'csv';
    /** Between cells; one character. Default `;`. */
    separator: string;
    /** Default `utf-8`. */
    encoding: 'utf-8' | 'utf-8-bom' | 'latin-1' | 'windows-1252';
    /** A character that the encoding lacks: `replace` it by `?` and count it, or `fail`. Default `fail`. */
    unencodable: 'replace' | 'fail';
    /** `minimal`: only cells that need it. Default `minimal`. */
    quoting: 'minimal' | 'all';
    /** Write the titles as the first line? Default `true`. */
    headerRow: boolean;
    /**
     * Formula injection guard: text that begins with `=`, `+`, `-`, `@`, a tab or a carriage return gets an apostrophe before it,
     * so that a spreadsheet that opens the file takes it for text. Default `false`: the file is read by programs.
     */
    guard: boolean;
}
/** How a spreadsheet is written. `.xls` (BIFF8) has 65,536 rows × 256 columns a sheet, `.xlsx` 1,048,576 × 16,384; more rows go on in the next sheet. */
export interface SheetFormat {
    type: 'xls' | 'xlsx';
    /** Write the titles as the first row of each sheet? Default `true`. */
    headerRow: boolean;
}

// exports/api/target

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
export type DeliverTo = string | {
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

// exports/api/verdict

/** What `check` says of a finished file. */
export type Verdict = {
    verdict: 'deliver';
}
/** Kept until an operator says `release` or `discard`. */
 | {
    verdict: 'hold';
    reason: string;
}
/** Not good: the export fails, and is tried again within its window. */
 | {
    verdict: 'fail';
    reason: string;
};
/** The file may go out. */
export declare const deliver: () => Verdict;
/** The file is kept until an operator has looked at it; `reason` is what they read. */
export declare const hold: (reason: string) => Verdict;
/** The file is wrong; `reason` is what operators read. */
export declare const fail: (reason: string) => Verdict;
/** A finished file, as `check` gets it. */
export interface ProducedFile {
    /** Its final name. */
    name: string;
    /** Where it lies now, absolute, for checks that read it. */
    path: string;
    /** Rows of data, without header rows, over all sheets. */
    rows: number;
    bytes: number;
    /** Hexadecimal. */
    sha256: string;
    /** Characters that the encoding lacked and that were replaced. */
    replaced: number;
    /** Of a spreadsheet: its sheets, those that rolled over included. */
    sheets: {
        name: string;
        rows: number;
    }[];
}

// exports/delivery/delivery-channel

/** A finished file to deliver. */
export interface OutgoingFile {
    /** Absolute path of the kept file; it is only read. */
    path: string;
    /** The name under which it arrives. */
    name: string;
    bytes: number;
    /** Hexadecimal. */
    sha256: string;
    /** What placeholders in subjects, texts and folders stand for: `yyyy`, `MM`, `dd`, `segment`, `campaign`, `name`, `file`, `rows`. */
    placeholders: Readonly<Record<string, string>>;
    /** Unique to this edition of the file: the same when its delivery is tried again. Part of temporary names and of a mail's Message-ID. */
    id: string;
}
/** How the delivery to one recipient ended. */
export type RecipientOutcome = {
    state: 'delivered';
    note?: string;
}
/** Certain: nothing arrived. `permanent`: trying again cannot mend it. */
 | {
    state: 'failed';
    error: string;
    permanent: boolean;
}
/** Nobody knows whether it arrived; an operator decides. */
 | {
    state: 'unknown';
    error: string;
};
/** What a channel is asked to send. */
export interface SendRequest {
    /** It was compared with the ledger's digest right before. */
    outgoing: OutgoingFile;
    /** Those not delivered yet, of those that the channel has named. */
    recipients: readonly string[];
    /**
     * Must be awaited right before the step that cannot be taken back (a mail's `DATA` end, the rename to the final name): commits to the ledger that it is
     * under way. Whoever dies after it leaves an unknown outcome; whoever dies before it leaves none. When it throws, the step must not be taken.
     */
    checkpoint(): Promise<void>;
    /** Says how it ended for one recipient; what the channel gives or throws then is for the others. */
    report(recipient: string, outcome: RecipientOutcome): void;
    /** Says how many bytes are sent; a sign of life. Cheap, call it often. */
    progress(sent: number): void;
    /** Aborted when the run is cancelled, or the channel was silent for too long. */
    signal: AbortSignal;
    /** A line for the trace of the run. */
    trace(text: string): void;
}
/** A way by which files go out: one destination of the configuration, opened for one delivery. */
export interface Channel {
    /** Who gets the file, for the ledger: mail addresses, or one text such as `sftp://host/folder`. No secrets. */
    recipients(): readonly string[];
    /**
     * Sends once; the outcome for all recipients that it has not settled. What it throws before `checkpoint` has failed: nothing has arrived. After it
     * nobody knows, unless it is certain and throws `DeliveryFailed`.
     */
    send(request: SendRequest): Promise<RecipientOutcome>;
    /**
     * After an unknown outcome: looks whether the file has arrived, where the channel can tell (a directory, FTP, SFTP: by name, size and, where it can
     * be read, content). `undefined` where it cannot.
     */
    verifyArrival?(outgoing: OutgoingFile, signal: AbortSignal): Promise<'delivered' | 'absent' | undefined>;
}
/** It failed for certain: nothing has arrived, even though the checkpoint may have been passed. */
export declare class DeliveryFailed extends Error {
    /** Trying again cannot mend it. */
    readonly permanent: boolean;
    constructor(message: string, { permanent, cause }: {
        permanent: boolean;
        cause?: unknown;
    });
}

// exports/delivery/destination

import type { ZodType } from 'zod';
/** What a destination is opened with beside its settings. */
export interface DestinationContext {
    /** Folder of `regie.config.ts`: relative paths start there. */
    root: string;
}
/**
 * A type of destinations, such as mail: one object. The built-in ones are listed in `delivery/settings.ts`; a user's stands in the
 * configuration, as the `type` of a destination.
 */
export interface DestinationType<Name extends string = string, Settings extends object = object, Input = unknown> {
    /** A word, for messages. */
    readonly name: Name;
    /** Checks the settings of a destination, without their `type`, and fills in the defaults; secrets are references. */
    readonly settings: ZodType<Settings, Input>;
    /** Settings that an export may change for itself (`deliver: [{ to, … }]`), and what they may be then. */
    readonly overrides?: {
        readonly [Key in keyof Settings]?: ZodType;
    };
    /**
     * How long a channel may be silent while it sends, ms: neither `progress` nor `checkpoint`; so long may a look-up take. Then it is given up.
     * Default 10 minutes.
     */
    readonly silenceTimeout?: number;
    /** Makes the channel of one delivery, at once: nothing is read or connected before it sends, secrets neither. */
    open(settings: Settings, context: DestinationContext): Channel;
    /** Can trying again not mend what a channel threw? Left out, or `undefined`: as for errors of files. */
    isPermanent?(error: unknown): boolean | undefined;
}
/** Declares a type of destinations; only gives its settings their types. */
export declare function defineDestinationType<const Name extends string, Settings extends object, Input>(type: DestinationType<Name, Settings, Input>): DestinationType<Name, Settings, Input>;

// exports/delivery/destinations-section

/** The types of destinations that Regie brings. */
export declare const destinationTypes: readonly [DestinationType<"mail", {
    host: string;
    port?: number | undefined;
    user?: string | undefined;
    password?: string | undefined;
    tls?: "implicit" | "none" | "optional" | "required" | undefined;
    ca?: string | undefined;
    from: string;
    fromName?: string | undefined;
    recipients: string[];
    subject: string;
    text: string;
    maxAttachment: number;
    linkBase?: string | undefined;
    timeout: number;
}, {
    host: string;
    port?: number | undefined;
    user?: string | undefined;
    password?: string | undefined;
    tls?: "implicit" | "none" | "optional" | "required" | undefined;
    ca?: string | undefined;
    from: string;
    fromName?: string | undefined;
    recipients: string[];
    subject?: string | undefined;
    text?: string | undefined;
    maxAttachment?: number | undefined;
    linkBase?: string | undefined;
    timeout?: string | number | undefined;
}>, DestinationType<"ftp", {
    host: string;
    port?: number | undefined;
    user: string;
    password?: string | undefined;
    passive: boolean;
    tls: "explicit" | "implicit" | "none";
    ca?: string | undefined;
    proxy?: {
        type: "ftp" | "http" | "socks5";
        host: string;
        port: number;
        user?: string | undefined;
        password?: string | undefined;
    } | undefined;
    timeout: number;
    folder: string;
}, {
    host: string;
    port?: number | undefined;
    user?: string | undefined;
    password?: string | undefined;
    passive?: boolean | undefined;
    tls?: "explicit" | "implicit" | "none" | undefined;
    ca?: string | undefined;
    proxy?: {
        type: "ftp" | "http" | "socks5";
        host: string;
        port: number;
        user?: string | undefined;
        password?: string | undefined;
    } | undefined;
    timeout?: string | number | undefined;
    folder?: string | undefined;
}>, DestinationType<"sftp", {
    host: string;
    port: number;
    user: string;
    password?: string | undefined;
    key?: string | undefined;
    passphrase?: string | undefined;
    fingerprint: string[];
    folder: string;
    timeout: number;
}, {
    host: string;
    port?: number | undefined;
    user: string;
    password?: string | undefined;
    key?: string | undefined;
    passphrase?: string | undefined;
    fingerprint: string | string[];
    folder?: string | undefined;
    timeout?: string | number | undefined;
}>, DestinationType<"directory", {
    folder: string;
}, {
    folder: string;
}>];
type InputOf<T> = T extends DestinationType<infer Name, infer _, infer Input> ? {
    type: Name;
} & Input : never;
/** A destination as users write it. */
export type DestinationInput = InputOf<(typeof destinationTypes)[number]> | OwnInput<DestinationType>;

// exports/sources/resolve-connection

/**
 * How to reach a database server, its secrets included: plain data, given to the process of an export over its channel, and kept nowhere. Where
 * there is a `url` the other parts come from it; the password is then given apart too, so that it is known as something to hide.
 */
export interface ResolvedSource {
    url?: string;
    host?: string;
    port?: number;
    database?: string;
    user?: string;
    password?: string;
    /** Encrypt; `ca` is the text of the authority's certificate. */
    tls?: {
        ca?: string;
    };
    schema?: string;
}

// exports/sources/source

import type { ZodType } from 'zod';
/** What a source's settings are resolved with. */
export interface SourceContext {
    /** Folder of `regie.config.ts`: relative paths start there. */
    root: string;
    /** The address of Regie's own PostgreSQL, with its password. */
    ownDatabase(): Promise<string>;
}
/**
 * A type of sources, such as PostgreSQL: one object. The built-in ones are listed in `sources/settings.ts`; a user's stands in the configuration,
 * as the `type` of a source. Its settings are checked and resolved by the worker; it is opened in the process of an export, which sees neither
 * the worker's environment nor its secrets, and loads `regie.config.ts` once more for it.
 */
export interface SourceType<Name extends string = string, Settings extends object = object, Input = unknown, Connection extends object = object> {
    /** A word, for messages. */
    readonly name: Name;
    /** Checks the settings of a source, without their `type`, and fills in the defaults; secrets are references. */
    readonly settings: ZodType<Settings, Input>;
    /**
     * Makes of them what `open` gets: reads secrets (`resolveSecret`) and files that only the worker sees. Plain data, without a property `type`; what is
     * called `password`, `token`, `secret` or `…key` is hidden wherever an export says it. Left out: the settings as they are.
     */
    resolve?(settings: Settings, context: SourceContext): Connection | Promise<Connection>;
    /** Opens a session for one query or one script. Load drivers in here. Rejects when the source cannot be reached. */
    open(connection: Connection, options: SessionOptions): Promise<Session>;
    /**
     * Cuts a script into its statements; the rows of the last are wanted. Left out: there are no scripts.
     * @throws {Error} for a parameter without a value, or no statement.
     */
    split?(script: string, parameters: Parameters): readonly Statement[];
}
/** Declares a type of sources; only gives its settings and its connections their types. */
export declare function defineSourceType<const Name extends string, Settings extends object, Input, Connection extends object = Settings>(type: SourceType<Name, Settings, Input, Connection>): SourceType<Name, Settings, Input, Connection>;

// exports/sources/source-session

/** A query, or a statement of a script, as the source gets it; parameters in the order of its placeholders. */
export interface Statement {
    text: string;
    parameters: readonly unknown[];
}
/** A connection to a source, for one query or one script. */
export interface Session {
    /** Runs a statement of a script; rows that it gives are dropped. Of no use where there are no scripts. */
    run?(statement: Statement): Promise<void>;
    /** Begins a statement whose rows are wanted. */
    query(statement: Statement): Promise<Result>;
    /** Ends the session; what still runs is cancelled. Never throws. */
    close(): Promise<void>;
}
export interface SessionOptions {
    /** Refuse statements that write? False for a script. */
    readOnly: boolean;
    /** Cancels what runs, and ends the session. */
    signal: AbortSignal;
    /** Gets a sentence for the log, when rows come by another way than they should. */
    tell(text: string): void;
}
/** The rows of a statement as they come. */
export interface Result {
    /** Names of its columns; none when the statement gives no rows. */
    names: readonly string[];
    /** Some rows at a time, cells in the order of `names`; read once. The server waits while nobody reads. */
    batches(): AsyncIterable<readonly Cell[][]>;
}

// exports/sources/sources-section

/** The types of sources that Regie brings. */
export declare const sourceTypes: readonly [SourceType<"postgres", {
    url?: string | undefined;
    host?: string | undefined;
    port?: number | undefined;
    database?: string | undefined;
    user?: string | undefined;
    password?: string | undefined;
    tls?: boolean | undefined;
    ca?: string | undefined;
    schema?: string | undefined;
}, {
    url?: string | undefined;
    host?: string | undefined;
    port?: number | undefined;
    database?: string | undefined;
    user?: string | undefined;
    password?: string | undefined;
    tls?: boolean | undefined;
    ca?: string | undefined;
    schema?: string | undefined;
}, import("./resolve-connection.ts").ResolvedSource>, SourceType<"mariadb", {
    url?: string | undefined;
    host?: string | undefined;
    port?: number | undefined;
    database?: string | undefined;
    user?: string | undefined;
    password?: string | undefined;
    tls?: boolean | undefined;
    ca?: string | undefined;
}, {
    url?: string | undefined;
    host?: string | undefined;
    port?: number | undefined;
    database?: string | undefined;
    user?: string | undefined;
    password?: string | undefined;
    tls?: boolean | undefined;
    ca?: string | undefined;
}, import("./resolve-connection.ts").ResolvedSource>];
type InputOf<T> = T extends SourceType<infer Name, infer _, infer Input, infer _> ? {
    type: Name;
} & Input : never;
/** A source as users write it. */
export type SourceInput = InputOf<(typeof sourceTypes)[number]> | OwnInput<SourceType>;

// exports/testing/test-context

/** What a source answers in a test: the same rows to everything, or what it is asked makes of it. */
export type TestSource = Rows<Row> | ((query: string, parameters: unknown) => Rows<Row>);
/** What a test says of a run; the rest has defaults. */
export interface TestRun extends Partial<Omit<ExportContext, 'source'>> {
    /** Which the file is about; `day` when left out. */
    period?: 'day' | 'month' | 'operation';
    /** Sources by name. */
    sources?: Readonly<Record<string, TestSource>>;
}
/** A context such as the engine gives, to test the methods of an export with: no database, no server. */
export declare function exportContext({ period, sources, ...given }?: TestRun): ExportContext;
/** A finished file such as `check` gets it, to test verdicts with. */
export declare function producedFile(given?: Partial<ProducedFile>): ProducedFile;

// exports/typed-settings

import { type ZodType } from 'zod';
/** A type of destinations or of sources, as far as their settings go. */
export interface SettingsType {
    readonly name: string;
    readonly settings: ZodType<object>;
}
/** Checked settings, and what they are of: the name of a built-in type, or a user's type itself. */
export interface Typed<T extends SettingsType> {
    type: string | T;
    [setting: string]: unknown;
}
/** What users write for a type of their own: the type, and its settings beside it. */
export interface OwnInput<T extends SettingsType> {
    type: T;
    [setting: string]: unknown;
}

// library/status/mask

/**
 * Status bits and masks of records (docs/library.md). A status is 64 bits, held as an unsigned bigint. A mask is
 * read from the right, rightmost = bit 0: `0` and `1` must equal, any other character leaves the bit alone.
 */
export interface Mask {
    /** Bits that the mask speaks of. */
    care: bigint;
    /** What they must be; no bit outside `care`. */
    ones: bigint;
}

// module/finding

import type { Pool } from 'pg';
/** What `regie doctor` found out about one thing that Regie needs. */
export interface Finding {
    /** What was looked at: `PostgreSQL`. */
    what: string;
    /** `warning`: Regie works without it, or will see to it itself. */
    state: 'ok' | 'warning' | 'problem';
    found: string;
    /** What to do about it. */
    mend?: string;
}
export declare const ok: (what: string, found: string) => Finding;
export declare const warning: (what: string, found: string, mend: string) => Finding;
export declare const problem: (what: string, found: string, mend: string) => Finding;
/** What a module's check of `regie doctor` gets. */
export interface CheckContext {
    config: Config;
    /** Undefined when none answers. */
    database: Pool | undefined;
}
/** Looks at what a module needs; within some seconds. */
export type Check = (context: CheckContext) => Promise<readonly Finding[]>;

// module/first-look

import type { Pool } from 'pg';
/** What `regie up --sample` gives to a module whose tasks have something beside them. */
export interface Beside {
    config: Config;
    signal: AbortSignal;
    /** A line for the operator. */
    say: (line: string) => void;
}
/** What a module gets to show a new installation what it does. */
export interface Where extends Beside {
    pool: Pool;
    /** Names of the tasks that something of the sample runs beside. */
    served: ReadonlySet<string>;
    /**
     * Has a task run now, not at its next tick. @throws the control workflow's refusal, or the signal's reason: once the worker
     * has gone nobody answers any more.
     */
    runNow(task: Task): Promise<void>;
}
/** What a new installation was shown. */
export interface FirstLook {
    /** For `--json`. */
    sample: object;
    describe(colors: Output['colors']): string;
}

// module/module

import type { Command } from 'commander';
/**
 * A module: kinds of tasks that belong together, and all that the rest of Regie knows of them. The built-in ones are
 * listed in `src/modules.ts`, an installation's own in `modules` of its `regie.config.ts`. What costs time to load is
 * given by functions, so that `regie --help` need not wait for it.
 */
export interface Module<S extends readonly Section[] = readonly Section[]> {
    /** A lower-case word: `weather`. */
    readonly name: string;
    /** Its kinds of tasks. */
    readonly kinds?: readonly Kind[] | (() => Promise<readonly Kind[]>);
    /** Its sections of the configuration, in the order in which they are checked. */
    readonly sections?: S | (() => Promise<S>);
    /** Tasks that its sections stand for, beside those of `tasks`. */
    readonly tasks?: (sections: Sections) => Promise<readonly SectionTask[]>;
    /**
     * Absolute path of a folder with the SQL of its tables, `0001_base.sql` and so on. They are run in that order, each once,
     * after those of the modules before it. Keep to a schema of its own.
     */
    readonly migrations?: string;
    /** Adds its commands to the command line. Imports what is heavy inside of their actions only. */
    readonly commands?: (program: Command, session: Session) => void;
    /** What `regie doctor` looks at for it. A check that throws is a problem of its own. */
    readonly checks?: readonly Check[];
    /** What `regie up --sample` has beside it while it runs, such as a server to pull from. */
    readonly beside?: (beside: Beside) => Promise<readonly Running[]>;
    /** What `regie up --sample` shows in a new installation; undefined where there is nothing new. */
    readonly firstLook?: (where: Where) => Promise<FirstLook | undefined>;
}
/** Something that runs beside `regie up --sample`. */
export interface Running {
    /** The task that it is there for. */
    task: string;
    close(): Promise<void>;
}
/** Declares a module; only gives its sections their types. */
export declare function defineModule<const S extends readonly Section[]>(module: Module<S>): Module<S>;
type Union<U> = (U extends unknown ? (one: U) => void : never) extends (all: infer All) => void ? All : never;
type InputOf<S> = S extends Section<infer Key, infer _, infer Input> ? string extends Key ? never : {
    [K in Key]?: Input | undefined;
} : never;
type SectionsOf<M> = M extends Module<infer S> ? S[number] : never;
/** What a configuration may hold for modules, as users write it. */
export type SectionInputs<M extends readonly Module[]> = Union<InputOf<SectionsOf<M[number]>>>;

// module/task-input

import { z } from 'zod';
/** One task as `regie.config.ts` declares it. `settings` is checked by its kind. */
export declare const taskSchema: z.ZodObject<{
    name: z.ZodString;
    kind: z.ZodString;
    aliases: z.ZodDefault<z.ZodArray<z.ZodString>>;
    every: z.ZodOptional<z.ZodPipe<z.ZodUnion<readonly [z.ZodString, z.ZodNumber]>, z.ZodTransform<number, string | number>>>;
    after: z.ZodOptional<z.ZodString>;
    settings: z.ZodDefault<z.ZodRecord<z.ZodString, z.ZodUnknown>>;
}, z.core.$strict>;
/** A task as a user writes it. */
export type TaskInput = z.input<typeof taskSchema>;
/** A task that a section of the configuration stands for. */
export interface SectionTask extends TaskInput {
    /** Where it stands: `exports.canal[0]`. */
    at: string;
}

// modules

declare const all: readonly [Module<readonly [import("./index.ts").Section<"weather", {
    timezone: string;
    autoRegister: boolean;
    meanFrom: "average" | "instant";
    stations: Record<string, {
        name?: string | undefined;
        timezone?: string | undefined;
        meanFrom?: "average" | "instant" | undefined;
        limits?: Partial<Record<string, [number, number]>> | undefined;
        dayLimits?: Partial<Record<string, [number, number]>> | undefined;
        accept?: string[] | undefined;
    }>;
    formats: import("./index.ts").Format<import("zod").ZodObject<import("zod/v4/core").$ZodLooseShape, import("zod/v4/core").$strip>>[];
}, {
    timezone?: string | undefined;
    autoRegister?: boolean | undefined;
    meanFrom?: "average" | "instant" | undefined;
    stations?: Record<string, {
        name?: string | undefined;
        timezone?: string | undefined;
        meanFrom?: "average" | "instant" | undefined;
        limits?: Partial<Record<string, [number, number]>> | undefined;
        dayLimits?: Partial<Record<string, [number, number]>> | undefined;
        accept?: string[] | undefined;
    }> | undefined;
    formats?: import("./index.ts").Format<import("zod").ZodObject<import("zod/v4/core").$ZodLooseShape, import("zod/v4/core").$strip>>[] | undefined;
} | undefined>]>, Module<readonly [import("./index.ts").Section<"library", {
    storage: string;
    databoxes: Record<string, {
        timezone: string;
        collections: Record<string, {
            status?: import("./library/status/mask.ts").Mask | undefined;
        }>;
        fields: {
            name: string;
            source: string[];
            type: "date" | "number" | "text";
            multi: boolean;
            separators: string;
            readOnly: boolean;
            required: boolean;
        }[];
        statusBits: Record<string, {
            label: string;
            on?: string | undefined;
            off?: string | undefined;
        }>;
    }>;
}, {
    storage?: string | undefined;
    databoxes?: Record<string, {
        timezone?: string | undefined;
        collections?: Record<string, {
            status?: string | undefined;
        }> | undefined;
        fields?: {
            name: string;
            source?: string | string[] | undefined;
            type?: "date" | "number" | "text" | undefined;
            multi?: boolean | undefined;
            separators?: string | undefined;
            readOnly?: boolean | undefined;
            required?: boolean | undefined;
        }[] | undefined;
        statusBits?: Record<string, {
            label: string;
            on?: string | undefined;
            off?: string | undefined;
        }> | undefined;
    }> | undefined;
} | undefined>]>, Module<readonly import("./index.ts").Section<string, unknown, unknown>[]>, Module<readonly [import("./index.ts").Section<"exportDefaults", {
    folder: string;
    memory: number;
    timeout: number;
    loadWithin: number;
}, {
    folder?: string | undefined;
    memory?: number | undefined;
    timeout?: string | number | undefined;
    loadWithin?: string | number | undefined;
} | undefined>, import("./index.ts").Section<"sources", Record<string, import("./exports/typed-settings.ts").Typed<import("./index.ts").SourceType<string, object, unknown, object>>>, Record<string, import("./exports/sources/sources-section.ts").SourceInput> | undefined>, import("./index.ts").Section<"destinations", Record<string, import("./exports/typed-settings.ts").Typed<import("./index.ts").DestinationType<string, object, unknown>>>, Record<string, import("./exports/delivery/destinations-section.ts").DestinationInput> | undefined>, import("./index.ts").Section<"exports", Record<string, {
    module: string;
    name?: string | undefined;
    aliases?: string[] | undefined;
    memory?: number | undefined;
    timeout?: number | undefined;
}[]> | {
    exports: {
        module: string;
        name?: string | undefined;
        aliases?: string[] | undefined;
        memory?: number | undefined;
        timeout?: number | undefined;
    }[];
}, (string | {
    module: string;
    memory?: number | undefined;
    timeout?: string | number | undefined;
    name?: string | undefined;
    aliases?: string[] | undefined;
})[] | Record<string, (string | {
    module: string;
    memory?: number | undefined;
    timeout?: string | number | undefined;
    name?: string | undefined;
    aliases?: string[] | undefined;
})[]> | undefined>]>];
/** With the types of their sections. */
export type BuiltInModules = typeof all;

// settings/secrets

import { z } from 'zod';
/**
 * A reference to a secret in a task's settings: `env:FTP_PASSWORD` or `file:/run/secrets/ftp`. Only the
 * reference is ever stored; the secret itself is read when an activity needs it.
 */
export declare const secretReference: z.ZodString;
/** Reads the secret that `reference` names. Throws `MissingSecret`, naming the reference, when there is none. */
export declare function resolveSecret(reference: string): Promise<string>;

// task/calendar

/** When a task ticks by the clock on the wall of a zone, instead of every so often. */
export interface Calendar {
    /** IANA zone. */
    timezone: string;
    /** Local hours, rising; none: it never ticks by itself. */
    hours: readonly number[];
    /** A tick every so many minutes from the full hour on; divides 60. */
    everyMinutes: number;
    /** On the first of the month only. */
    monthly?: boolean;
    /** 0 is Sunday, as in cron; left out: every day. */
    weekdays?: readonly number[];
    /** Days without ticks: `2026-12-25`, or `12-25` of every year. */
    except?: readonly string[];
}

// task/command-rejected

/** What was asked for does not fit the state of things: it was decided before. The message says which and what to do. */
export declare class CommandRejected extends Error {
    constructor(message: string);
}

// task/config

/** A checked task: its kind found, its settings parsed, its period in milliseconds. */
export interface Task {
    name: string;
    kind: Kind;
    /** Its own aliases and its kind's. */
    aliases: string[];
    every: number;
    after?: string;
    settings: unknown;
    /** Sentences about settings that were given under names they once had; absent when there are none. */
    renamed?: string[];
    /** SHA-256 of what the schedule and the runs depend on: lets `apply` and workers notice a difference. */
    hash: string;
}
/** The checked configuration of one installation. */
export interface Config extends Installation {
    tasks: Task[];
}

// task/errors

/**
 * An error that trying again cannot mend: a wrong setting, a wrong password. Ends the run at once; its
 * message is a sentence on which an operator can act.
 */
export declare class PermanentError extends Error {
    /** Short name of what went wrong, e.g. `BadSettings`; shown as the failure's type. */
    readonly type: string;
    constructor(type: string, message: string, options?: ErrorOptions);
}

// task/incident

/**
 * `open`: waits for an operator. `retrying`: is tried again by itself. `given up`: was tried often enough, and waits for
 * an operator. `resolved`: mended, or closed by an operator.
 */
export type IncidentState = 'open' | 'retrying' | 'given up' | 'resolved';
/** Something that went wrong, as a kind reports it. Texts are cut to what a screen holds. */
export interface Problem {
    /** What it is about: a path below the task's folder, `record 12`, the address of a server. One incident each. */
    subject: string;
    /** Short name of the fault: `broken-json`, `unreadable`. */
    what: string;
    /** A sentence that says what is wrong, and what to do. */
    reason: string;
    /** Where the file is kept, absolute, when it was moved aside. */
    kept?: string | undefined;
    /** The command that mends it, `{id}` for its id, where that is another one than `regie incidents retry {id}`. */
    mend?: string | undefined;
    /** What only the kind knows of it. */
    details?: Readonly<Record<string, unknown>> | undefined;
}
/** What is wrong, as the list of incidents shows it. Times are ISO UTC. */
export interface Incident {
    /** As operators type it: `12`, or of what a kind keeps in tables of its own `quarantine-5`, `cards/2026-11-20`. */
    id: string;
    task: string;
    kind: string;
    subject: string;
    what: string;
    reason: string;
    state: IncidentState;
    kept?: string;
    /** The command that mends it. */
    mend: string;
    details?: Readonly<Record<string, unknown>>;
    /** How often it was met. */
    attempts: number;
    firstAt: string;
    lastAt: string;
    /** When it is tried again. */
    notBefore?: string;
    closedAt?: string;
    /** user@host; absent when it was mended without anybody's word. */
    closedBy?: string;
    note?: string;
}
/** What became of an incident that an operator wants to be tried again, or closed. */
export interface IncidentDecision {
    /** In words. */
    text: string;
    /** Should a run of the task follow? */
    start?: boolean;
}

// task/installation

/** The checked configuration of one installation, as a task of it sees it. */
export interface Installation {
    /** Folder of `regie.config.ts`; relative paths in settings start here. */
    root: string;
    /** The file itself. */
    file: string;
    installation: string;
    /** How long the run ledger and trace lines are kept, milliseconds. */
    keepRuns: number;
    /** What modules have a section for, by its key, checked: read it by `section.of(config)`. */
    sections: Sections;
    /** Where modules keep the SQL of their tables, in the order in which it is run. */
    migrations: readonly MigrationFolder[];
}
/** The tables of a module. */
export interface MigrationFolder {
    /** Its name. */
    module: string;
    /** Absolute path of the folder with its files, `0001_base.sql` and so on. */
    folder: string;
}

// task/kind

import type { Pool, PoolClient } from 'pg';
import type { ZodType } from 'zod';
/** A span of time as users write it: `'30s'`, `'2m'`, `'1h'`, `'500ms'`, `'1d'`. */
export type Duration = string;
/** What every call into a domain gets: the task it is for, its settings, the installation. */
export interface TaskContext<S> {
    /** Name of the task, e.g. `svcLoadJson`. */
    task: string;
    settings: S;
    config: Installation;
    /** A PostgreSQL connection. In `work` it is the session that holds the task's lock: do every write on it. */
    db: PoolClient;
}
/**
 * The port through which a domain speaks to whoever runs it. Domains import nothing of Temporal; tests
 * and benchmarks pass a port of their own.
 */
export interface Port {
    /** Aborted when the run is cancelled (`stop --now`) or its worker shuts down. */
    signal: AbortSignal;
    /** Says how far the run is; cheap, call it often. It is the run's heartbeat and the progress operators see. */
    progress(progress: Progress): void;
    /** One line for whoever traces the task. Does nothing while the task is not traced. */
    trace(text: string, data?: Record<string, unknown>): void;
    /** True while the task is traced: lets a domain skip building expensive trace lines. */
    readonly traced: boolean;
    /**
     * Says that something is committed that tasks declared `after` this one act upon. In a long run they start
     * while it goes on; after a short one they start anyway, by `Report.changed`. Cheap, call it often.
     */
    changed(): void;
    /**
     * Writes down what waits for an operator (`open`), or is tried again by later runs (`retrying`: after 1 and 5 minutes, half an
     * hour, 2 and 12 hours, then it is given up). One incident for each subject; met again, it is counted.
     */
    incident(problem: Problem, state?: 'open' | 'retrying'): Promise<void>;
    /** What was told of these subjects is mended. */
    resolved(...subjects: string[]): Promise<void>;
    /** True when the operator asked the task to stop: end the run at this safe point. Asks PostgreSQL, so call it between groups. */
    shouldStop(): Promise<boolean>;
}
export interface Progress {
    /** What is being done, in words: `loading group 3`. */
    step: string;
    done?: number;
    total?: number;
    counts?: Record<string, number>;
}
export interface WorkContext<S> extends TaskContext<S>, Port, RunTrigger {
    /** The run's workflow id; the same when the run is retried after a crash. Two runs of the same second share it. */
    run: string;
    /** The same only when the run is retried; absent where no engine runs it. */
    runId?: string;
    options: RunOptions;
}
/** What `poll` gets. */
export interface PollContext<S> extends TaskContext<S>, RunTrigger {
    /** What the next run was asked for, by `run`; null when nobody asked. */
    pending: RunOptions | null;
}
/** When and how a run came to be. */
export interface RunTrigger {
    /** The nominal time of the schedule's tick (a backfill's is in the past), or the moment of the trigger. */
    nominal: Date;
    /** When the engine started the run: of a backfill long after its nominal time, of a late worker's run on time; absent where no engine runs it. */
    started?: Date;
    /** The calendar of the schedule that started the run, when `nominal` is one of its ticks. */
    tickOf?: Calendar;
}
/** Answer of `poll`. */
export interface Poll {
    /** Is there anything to do? `false` ends the run as `idle`. */
    work: boolean;
    /** Set when the task waits for someone: a missing folder, a missing file. Ends the run as `waiting`. */
    blockedBy?: string;
    waiting?: Waiting[];
}
/** What a run did: counts, never rows (it is stored in the run's history). */
export interface Report {
    outcome: 'done' | 'idle' | 'waiting' | 'stopped';
    counts: Record<string, number>;
    /** Did anything change that a task declared `after` this one should act upon? */
    changed: boolean;
    waiting?: Waiting[];
    /** A sentence for the operator, e.g. what is missing when the outcome is `waiting`. */
    note?: string;
    /**
     * Set when the task has done all it ever will: why, in a few words. It is stopped then, by itself, until an operator
     * starts it again.
     */
    end?: string;
}
/** Options that a kind's command, or its `run`, takes: by name, `period` for `--period`. */
export type OptionsOfKind = Readonly<Record<string, OptionOfKind>>;
interface OptionOfKind {
    /** What it is for, in a few words; the help of `regie` shows it. */
    summary: string;
    /** What its value is like, `yyyy-mm-dd`; left out of one that is only there or not. */
    value?: string;
}
/** A command of an operator that only some kinds know, such as `release`: a signal, an update, and a command of `regie`. */
export interface KindCommand<S> {
    /** What it does, in one line; the Web UI shows it beside the signal. */
    summary: string;
    /** What `regie <command> <task>` takes beside `--reason`. Whoever signals may give anything: check it in `run`. */
    options?: OptionsOfKind;
    /**
     * Carries it out; may be repeated after a crash.
     * @throws {CommandRejected} in the operator's words, when it does not fit.
     */
    run(ctx: TaskContext<S>, args: Readonly<Record<string, unknown>>, by: string): Promise<CommandResult>;
}
/** What a command of a kind did. */
export interface CommandResult {
    /** In words, for the operator and the task's log. */
    text: string;
    /** Should a run follow at once? */
    start?: boolean;
}
/** What a service of a task gets. */
export interface ServeContext<S> extends Omit<TaskContext<S>, 'db'> {
    pool: Pool;
    /** Starts a run of the task now, or right after the one in progress; false, and no run, while the task is stopped. */
    start(): Promise<boolean>;
    /** Aborted when the worker shuts down. */
    signal: AbortSignal;
    /** The worker's log. */
    log: Log;
}
/** A log of lines with data; an error goes in as `err`. */
interface Log {
    info(data: object, text: string): void;
    warn(data: object, text: string): void;
}
/** How a kind's incidents are mended. All may be repeated after a crash at any line. */
export interface KindIncidents<S> {
    /**
     * Prepares that an incident is tried again: puts its file back, say. Left out where the next run of the task does all by
     * itself. `resolved`: nothing is left of the incident; `moved`: its file is not where it was kept any more.
     * @throws {CommandRejected} in the operator's words, when it cannot be.
     */
    retry?(ctx: TaskContext<S>, incident: Incident, by: string): Promise<{
        resolved?: boolean;
        moved?: boolean;
    }>;
    /** What waits for a decision in tables of its own: it stands in the same list. */
    own?: {
        /** Those that are not decided, the latest first; their ids begin with a word, so that they are not numbers. */
        list(ctx: TaskContext<S>): Promise<Incident[]>;
        /** @throws {CommandRejected} when an operator has to say more, and by which command. */
        retry(ctx: TaskContext<S>, incident: Incident, by: string): Promise<IncidentDecision>;
        /** @throws {CommandRejected} when an operator has to say more, and by which command. */
        close(ctx: TaskContext<S>, incident: Incident, by: string, note?: string): Promise<IncidentDecision>;
    };
}
/**
 * A kind of task: one object, in its module's folder. Everything that the engine, the command
 * line and the Web UI know about a kind comes from here.
 */
export interface Kind<S = unknown> {
    /** The run workflow's type, as the Web UI shows it: `loadJson`. */
    name: string;
    /** Other names by which an operator may call a task of this kind; compared without case. */
    aliases: readonly string[];
    /** What tasks of this kind do, in one line of plain words; shown by the Web UI and `regie list`. */
    summary: string;
    /**
     * Checks the settings of `regie.config.ts` and fills in the defaults. Where they depend on a section of the configuration: what makes
     * the schema of the checked sections.
     */
    settings: ZodType<S> | ((sections: Sections) => ZodType<S>);
    /** Names that settings once had, and those of today, `http.patience` of a member below another: they are still taken, and `apply` says so. */
    formerSettings?: Readonly<Record<string, string>>;
    /** Keys of the configuration's sections that its runs depend on: `apply` shows it where one has changed. */
    dependsOn?: readonly string[];
    /** Default period. */
    every: Duration;
    /**
     * For kinds that are due by the clock of a zone: the task's ticks, instead of a period. A run that fails is tried again at the next tick, without a
     * pause that grows. May take a second the first time. Never throws: what is wrong with a task is told by its runs.
     */
    calendar?(ctx: Omit<TaskContext<S>, 'db'>): Promise<Calendar>;
    /** What is wrong with a task that can be known before it runs, in words: told by `apply` and `up`, and stops nothing else. May take a second. */
    fault?(ctx: Omit<TaskContext<S>, 'db'>): Promise<string | undefined>;
    /** What is allowed and yet unwise in a task's settings, a sentence each: told by `apply`, `up` and `doctor`. */
    warnings?(ctx: Omit<TaskContext<S>, 'db'>): string[];
    /** Folders, absolute, that every worker of the installation must see alike; `root` is the installation's. */
    folders?(settings: S, root: string, config: Installation): string[];
    /** Is there work? Runs on every tick, in a local activity: keep it under a second. */
    poll(ctx: PollContext<S>): Promise<Poll>;
    /** What waits at this moment, for `status`, which must be quick and change nothing; left out where `poll` itself is both. */
    waiting?(ctx: TaskContext<S>): Promise<Waiting[]>;
    /** What an operator has to look at; asked by `status` and every 15 s, so keep it under a second. */
    attention?(ctx: TaskContext<S>): Promise<Attention>;
    /** What operators may do about its incidents beside having them tried again, and what is wrong in tables of its own. */
    incidents?: KindIncidents<S>;
    /** What `regie run <task>` takes beside `--once`, `--force`, `--tmp` and `--wait`; it is part of the run's options. */
    runOptions?: OptionsOfKind;
    /** Commands beside `start`, `stop`, `run`, `trace`, `notrace`: signals and updates of the task's control workflow. */
    commands?: Readonly<Record<string, KindCommand<S>>>;
    /**
     * Takes what a `run` asks for, before the run is started: requests that must neither get lost nor be mixed when several wait for one run.
     * @throws {CommandRejected} in the operator's words.
     */
    request?(ctx: TaskContext<S>, options: RunOptions, by: string): Promise<void>;
    /** Does the work. Must be safe to repeat after a crash at any line. */
    work(ctx: WorkContext<S>): Promise<Report>;
    /**
     * What the task offers beside its runs for as long as a worker lives, such as an HTTP endpoint. Every worker begins
     * it; one that ends with an error is begun again a little later: where only one of them can have an address the
     * others take over when it goes. Ends by itself, at once, when there is nothing to offer.
     */
    serve?(ctx: ServeContext<S>): Promise<void>;
}
/** Declares a kind; only gives `settings` its type. */
export declare function defineKind<S>(kind: Kind<S>): Kind<S>;

// task/messages

export type CommandName = 'start' | 'stop' | 'run' | 'trace' | 'notrace';

// task/names

/**
 * Names and ids on which outside tools rely: schedules, scripts and the `temporal` command. No imports: workflow code uses them too.
 */
export declare const taskQueue = "regie";
export declare const watchId = "regie/watch";
/** Schedule of a task: the task's own name, so that `temporal schedule toggle --schedule-id svcLoadJson` reads well. */
export declare const scheduleId: (task: string) => string;
export declare const controlId: (task: string) => string;
/** The server adds `-<nominal time>`. */
export declare const runId: (task: string) => string;
/** Memo key of a schedule: the installation that owns it. */
export declare const ownerMemo = "regieInstallation";

// task/not-found

/** Someone asked for something that there is none of: a station, a databox; the message lists those there are. */
export declare class NotFound extends Error {
    constructor(message: string);
}

// task/section

import type { ZodType } from 'zod';
/** The sections of a configuration, by key; what is in one only its module knows. */
export type Sections = Readonly<Record<string, unknown>>;
/** A section of `regie.config.ts`: its key, and what it may hold. */
export interface Section<Key extends string = string, Output = unknown, Input = unknown> {
    readonly key: Key;
    /** The key that it once had: it is still taken, and `apply` says so. */
    readonly formerKey?: string;
    /**
     * Checks it and fills in the defaults; `undefined` is what it gets where the section is left out. Of a section that
     * depends on others: what makes the schema of those that were declared before it.
     */
    readonly schema: ZodType<Output, Input> | ((before: Sections) => ZodType<Output, Input>);
    /** The section of a checked configuration. */
    of(config: {
        sections: Sections;
    }): Output;
}
/** Declares a section of the configuration. */
export declare function defineSection<const Key extends string, Output, Input>(key: Key, schema: ZodType<Output, Input> | ((before: Sections) => ZodType<Output, Input>), { formerKey }?: {
    formerKey?: string;
}): Section<Key, Output, Input>;

// task/status

/** A count of things that wait for a task: files in an inbox, buckets to recompute. */
export interface Waiting {
    what: string;
    count: number;
    /** When the oldest arrived, ISO UTC. */
    oldest?: string;
}
/** What an operator has to look at: files that were refused, and the like. */
export interface Attention {
    /** How many there are. */
    count: number;
    /** The latest, newest first, a handful. */
    latest: {
        /** ISO UTC. */
        at: string;
        /** A sentence, with the name of what it is about. */
        text: string;
    }[];
    /** What to do about it: a command. */
    how?: string;
}
export type Outcome = 'done' | 'idle' | 'waiting' | 'stopped' | 'busy' | 'failed' | 'cancelled';
export interface LastRun {
    /** Workflow id of the run. */
    id: string;
    /** When it began, ISO UTC. */
    at: string;
    /** How long it took, milliseconds. */
    ms: number;
    outcome: Outcome;
    counts: Record<string, number>;
    error?: string;
    note?: string;
}
/** The answer of the query `status`; times are ISO UTC. */
export interface Status {
    task: string;
    kind: string;
    state: 'started' | 'stopped';
    /** True when `regie scheduler stop` holds the task. */
    held?: boolean;
    /** Is a run in progress? */
    running: boolean;
    /** What the run in progress is doing. */
    progress?: string;
    /** Since when the task is in this state. */
    since: string;
    /** Who brought it there: `user@host`, `signal`, or `schedule: <note>`. */
    by: string;
    reason?: string;
    trace: boolean;
    lastRun?: LastRun;
    /** Next tick as known at `asOf`. */
    nextRun?: string;
    waiting?: Waiting[];
    /** What an operator has to look at; absent when the kind knows of nothing. */
    attention?: Attention;
    /** Consecutive failed runs. */
    failures: number;
    /** When the control workflow last learned something. */
    asOf: string;
}
/** Options of one run, left with `run`. */
export interface RunOptions {
    /** Rehearsal: write to twin tables, leave inputs in place. */
    tmp?: boolean;
    force?: boolean;
    /** Run even though the task is stopped. */
    once?: boolean;
    by?: string;
    [option: string]: unknown;
}
/** Argument of `start`, `stop`, `trace`, `notrace`. */
export interface CommandArgs {
    reason?: string | undefined;
    /** The caller's `user@host`. */
    by?: string | undefined;
    /** With `stop`: also cancel the run in progress. */
    now?: boolean | undefined;
}

// temporal/address

import type { ConnectionOptions } from '@temporalio/client';
/** Where the Temporal server is, and as whom to speak to it. */
export interface TemporalAddress {
    /** `host:port`, for words. */
    address: string;
    namespace: string;
    options: ConnectionOptions;
    /** Where the address comes from. */
    source: 'environment' | 'run file' | 'default';
}

// temporal/connect

import { Client } from '@temporalio/client';
export interface Connected {
    client: Client;
    where: TemporalAddress;
    close(): Promise<void>;
}

// temporal/note

/** The note that Regie leaves on a schedule: the schedule itself then tells who stopped it, even with no worker. */
export declare function writeNote(verb: 'stopped' | 'started', by: string, reason?: string, at?: Date): string;

// weather/formats/format

import type { z } from 'zod';
/**
 * A format of files with observations. The built-in ones are listed in `built-in.ts`, an installation's own in `weather.formats` of
 * its `regie.config.ts`; entries of a task's `formats` name one, for files of some names.
 */
export interface Format<S extends z.ZodObject = z.ZodObject> {
    /** A lower-case word, as `format:` of an entry has it: `meteofrance`. */
    readonly name: string;
    /** What an entry may hold beside `match` and `format`: `z.strictObject({ … })`. */
    readonly settings: S;
    /**
     * What a byte of a file costs, in memory or in time, of what a byte of the network's JSON does; roughly, 1 when left out. Files of
     * more than the task's `streamBytes` by that measure are streamed, the others read together in groups.
     */
    readonly weight?: number;
    /** Makes the reader of an entry's files, when the first of them comes. What is heavy may be imported here. */
    open(settings: z.output<S>): FormatReader | Promise<FormatReader>;
}
/**
 * Reads files, one after the other. What it throws fails the file that it was given, with all that was read of it, and no
 * other one: the file goes to `failed/`, with a report and an incident, and `regie weather retry` takes it up again.
 */
export interface FormatReader {
    /** Reads a whole file that is in memory. */
    read(bytes: Buffer, file: FormatFile): void | Promise<void>;
    /**
     * Reads a file that is too large for that. Each `yield` is a moment at which what was read may be written, so that it need not
     * be kept: yield after some hundred observations. All that was written goes again when the file fails later. Left out where only
     * whole files can be read: larger ones fail, and say so.
     */
    stream?(disk: FileOnDisk, file: FormatFile): AsyncIterable<unknown>;
}
/** A file that is too large for the memory. */
export interface FileOnDisk {
    /** Absolute. */
    readonly path: string;
    readonly bytes: number;
    /** Its content from the beginning, in pieces of at most so many bytes (1 MiB when left out); may be called again. */
    pieces(size?: number): AsyncIterable<Buffer>;
}
/**
 * A file that is being read: what it holds is handed over piece by piece, and judged as all observations are, by the limits of their
 * station and against what is there already. What has a fault is refused by itself, and named in the report beside the file.
 */
export interface FormatFile {
    /** Path below the inbox under which it arrived, with `/`. */
    readonly name: string;
    /** Whether `fail` was called: nothing of the file is loaded then, and the rest need not be read. */
    readonly failed: boolean;
    /**
     * The station of a code; undefined when nobody knows it. Where the configuration says `autoRegister`, one that could be a
     * code becomes a station with its first observation.
     */
    station(code: string): FormatStation | undefined;
    /** The stations that there are, in words, for a message: `known: GILLOT, FORX`. */
    knownStations(): string;
    /** Says that the whole file is of one station, before its first observation or without any: gives it, if somebody knows it. */
    belongsTo(code: string): FormatStation | undefined;
    /** Hands over an observation. */
    observation(observation: FormatObservation, position?: InputPosition): void;
    /**
     * Hands over an item as the network's stations send it in `data`: `{ stop_dat, duration, valeurs }` or `{ stop_dat, current }`,
     * with `aggregations` and `validation`. `type` is `info.json_type` of its entry: without it, or `O`, or `C`, an observation.
     */
    item(station: string, item: unknown, position: Pick<InputPosition, 'entry' | 'item'>, type?: unknown): void;
    /** Refuses a piece of the file, for one or several reasons; the others are loaded. */
    refuse(...reasons: Refusal[]): void;
    /** Counts something that is left out, or kept without being understood, by its name; runs report how often. */
    unknown(name: string): void;
    /** Says that a piece was read that rightly gives nothing, such as a missing value: a file that gives nothing else is no empty one. */
    skip(): void;
    /**
     * Fails the file: nothing of it is loaded.
     * @param what a short code, also the incident's: `empty-file`
     * @param reason a sentence that says what is wrong, what was expected, and what to do
     * @param position where a syntax error stands
     */
    fail(what: string, reason: string, position?: Position): void;
}
/** A station, as formats need it. */
export interface FormatStation {
    readonly code: string;
    /** Of its clock (IANA). */
    readonly timezone: string;
}
/** An observation as formats hand it over. */
export interface FormatObservation {
    /** The code of its station. */
    station: string;
    /** The end of its period; a text is `YYYY-MM-DDTHH:MM[:SS]` by the station's clock, unless `Z` or `+04:00` follows. */
    stop: Date | string;
    /** Length of its period in minutes, at most a day's. */
    duration: number;
    /**
     * By Regie's names: a measure (`out_temp`, the value at the end of the period) or a part of one (`out_temp_avg`, `out_temp_max`,
     * `out_temp_max_time`, `wind_dir` …), in Regie's units. Null and undefined are the same as absent. Another name refuses the observation.
     */
    values: Readonly<Record<string, number | Date | string | null | undefined>>;
    /** What is no measure of Regie's, by the file's own names: kept beside the observation as it is, and counted. */
    others?: Readonly<Record<string, unknown>>;
    /** Names among `values` that the source itself calls doubtful. */
    doubtful?: readonly string[];
    /** Takes the place of one with the same stop that is there, instead of being skipped. */
    replace?: boolean;
}
/** Where something stands in a file; without any of it, things are counted as they are handed over. */
export interface InputPosition {
    /** In a file of lines, from 1. */
    line?: number;
    /** In a file of records, from 1. */
    record?: number;
    /** In a JSON file's array of entries, from 0. */
    entry?: number;
    /** In the entry's `data`, from 0; absent when the entry itself is meant. */
    item?: number;
    /** The time as it stands there, and the name of its field or column; both for messages. */
    stop?: string;
    field?: string;
}
/** Why a piece of a file is refused. */
export interface Refusal extends InputPosition {
    /** A short code of the cause: `not-a-number`. */
    what: string;
    /** What stands there. */
    value?: unknown;
    /** What was expected: `a number`. */
    expected: string;
}
/** Where a text goes wrong. */
export interface Position {
    /** From 0, in bytes of the file. */
    offset: number;
    /** From 1. */
    line: number;
    /** From 1, in characters. */
    column: number;
    /** The text around it. */
    near: string;
}
/** Reads the records of one file, in their order. */
export interface RecordReader {
    /** `line` counts from 1: the line on which the record ends. */
    read(cells: readonly string[], line: number): void;
    /** After the last record. */
    end?(): void;
}
/** Declares a format; only gives its settings their type. */
export declare function defineFormat<S extends z.ZodObject>(format: Format<S>): Format<S>;

// weather/formats/lines-format

import type { Options } from 'csv-parse';
import type { z } from 'zod';
/** A format of lines that are cut into cells, such as CSV: records are read one by one, of files of any size. */
export interface LinesFormat<S extends z.ZodObject> extends Omit<Format<S>, 'open'> {
    /** How csv-parse cuts a file into records: `{ delimiter: ';' }`. Records may have any number of cells. */
    readonly csv: Options;
    /** Begins to read a file. */
    open(file: FormatFile, settings: z.output<S>): RecordReader;
}
/** Declares a format of lines: reads files in memory and piece by piece alike. */
export declare function defineLinesFormat<S extends z.ZodObject>({ csv, open, ...format }: LinesFormat<S>): Format<S>;
