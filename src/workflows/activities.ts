import type {
  CommandAnswer,
  CommandRequest,
  Failure,
  LookResult,
  RunResult,
  RunTicket,
  TaskState,
} from '../task/messages.ts';

/** The engine's activities, as workflows see them. `src/temporal/activities/` implements them. */
export interface EngineActivities {
  /** Is there work, and may it be done now? Leaves the run's options in the ledger. */
  look(ticket: RunTicket): Promise<LookResult>;
  /** Does the work, writes the ledger, starts the tasks that come after, reports to the control workflow. */
  work(ticket: RunTicket): Promise<RunResult>;
  /** Writes down a run that ended without a report of its own, and tells the control workflow. */
  conclude(ticket: RunTicket, failure: Failure): Promise<void>;
  /** The truth about a task: its schedule, its row, its last run. */
  inspect(task: string): Promise<TaskState>;
  /** Carries out an operator's command on the schedule. */
  command(request: CommandRequest): Promise<CommandAnswer>;
  /** Watches the schedules until cancelled. */
  watchSchedules(): Promise<void>;
}
