/**
 * `open`: waits for an operator. `retrying`: is tried again by itself. `given up`: was tried often enough, and waits for
 * an operator. `resolved`: mended, or closed by an operator.
 */
export type IncidentState = 'open' | 'retrying' | 'given up' | 'resolved';

export const incidentStates = ['open', 'retrying', 'given up', 'resolved'] as const;

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
