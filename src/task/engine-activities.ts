import type {
  CommandAnswer,
  CommandRequest,
  Failure,
  PollResult,
  RunResult,
  RunTicket,
  TaskState,
} from './messages.ts';

/** The engine's activities, as workflows see them. `src/activities/engine/` implements them. */
export interface EngineActivities {
  /** Is there work, and may it be done now? Leaves the run's options in the ledger. */
  poll(ticket: RunTicket): Promise<PollResult>;
  /** Writes down a run that ended without a report of its own, and tells the control workflow. */
  conclude(ticket: RunTicket, failure: Failure): Promise<void>;
  /** The truth about a task: its schedule, its row, its last run. */
  inspect(task: string): Promise<TaskState>;
  /** Carries out an operator's command on the schedule. */
  command(request: CommandRequest): Promise<CommandAnswer>;
  /** Watches the schedules until cancelled. */
  watchSchedules(): Promise<void>;
}

/**
 * The activities of kinds, each under its kind's name: it does the work of a task, writes the ledger, starts the tasks
 * that come after, and reports to the control workflow.
 */
export type TaskActivities = Record<string, (ticket: RunTicket) => Promise<RunResult>>;
