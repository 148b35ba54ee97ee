/** What a user's code imports: `import { defineConfig, task, defineKind } from 'regie'`. */
export { defineConfig, task } from './config/define.ts';
export { resolveSecret, secretReference } from './settings/secrets.ts';
export { defineKind } from './task/kind.ts';
export { PermanentError } from './task/errors.ts';
export { CsvExport, XlsExport, type Rows, type Sheet } from './exports/api/export-classes.ts';
export { defineExport, type ExportDefinition } from './exports/api/export-classes.ts';
export { deliver, fail, hold, type ProducedFile, type Verdict } from './exports/api/verdict.ts';
export { Decimal, PlainDate, PlainDateTime, type Cell, type Row } from './exports/api/cell.ts';
export {
  exportContext,
  producedFile,
  type TestRun,
  type TestSource,
} from './exports/testing/test-context.ts';
export type { Column, Header } from './exports/api/column.ts';
export type { ExportContext, Parameters, RowStream, Source } from './exports/api/export-context.ts';
export type { CsvFormat, SheetFormat } from './exports/api/file-format.ts';
export type { DeliverTo, Target, Weekday } from './exports/api/target.ts';
export {
  defineDestinationType,
  type DestinationContext,
  type DestinationType,
} from './exports/delivery/destination.ts';
export {
  DeliveryFailed,
  type Channel,
  type OutgoingFile,
  type RecipientOutcome,
  type SendRequest,
} from './exports/delivery/delivery-channel.ts';
export { defineSourceType, type SourceContext, type SourceType } from './exports/sources/source.ts';
export type {
  Result as SourceResult,
  Session as SourceSession,
  SessionOptions,
  Statement,
} from './exports/sources/source-session.ts';
export type { ConfigInput } from './config/config-schema.ts';
export { count } from './command/count.ts';
export { CliError, exit, UsageError, type ExitCode } from './command/exit.ts';
export { group } from './command/command-group.ts';
export type { Output } from './command/output.ts';
export type { Session } from './command/session.ts';
export { table } from './command/table.ts';
export { withDatabase } from './command/with-database.ts';
export { defineFormat } from './weather/formats/format.ts';
export type {
  FileOnDisk,
  Format,
  FormatFile,
  FormatObservation,
  FormatReader,
  FormatStation,
  InputPosition,
  Position,
  RecordReader,
  Refusal,
} from './weather/formats/format.ts';
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
export type {
  CommandResult,
  Duration,
  Kind,
  KindCommand,
  Poll,
  PollContext,
  OptionsOfKind,
  ServeContext,
  Port,
  Progress,
  Report,
  TaskContext,
  WorkContext,
} from './task/kind.ts';
export type { Attention, CommandArgs, LastRun, Outcome, RunOptions, Status, Waiting } from './task/status.ts';
/** The schema library of settings, so that a kind of your own needs no package beside Regie. */
export { z } from 'zod';
