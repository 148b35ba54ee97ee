/** Records that one rule has changed. An update counts under `moved`, `status` or both; `affected` counts each once. */
export interface Acted {
  affected: number;
  moved: number;
  status: number;
  trashed: number;
  deleted: number;
}

export const nothing: Acted = { affected: 0, moved: 0, status: 0, trashed: 0, deleted: 0 };

export function plus(a: Acted, b: Acted): Acted {
  return {
    affected: a.affected + b.affected,
    moved: a.moved + b.moved,
    status: a.status + b.status,
    trashed: a.trashed + b.trashed,
    deleted: a.deleted + b.deleted,
  };
}

/** What became of one rule. */
export type RuleOutcome =
  | ({ name: string; what: 'done' } & Acted)
  /** It would change more records than it may: it changed none. */
  | { name: string; what: 'too-many'; reason: string }
  | { name: string; what: 'disabled'; reason: string }
  | { name: string; what: 'inactive' };

/** A rule that waits for somebody, as `status` shows it. */
export interface Refusal {
  name: string;
  what: 'disabled' | 'too-many';
  reason: string;
}

export function refusalsOf(outcomes: readonly RuleOutcome[]): Refusal[] {
  return outcomes.flatMap((outcome) =>
    outcome.what === 'disabled' || outcome.what === 'too-many' ? [outcome] : [],
  );
}

/** All rules together. */
export function sumOf(outcomes: readonly RuleOutcome[]): Acted {
  return outcomes.reduce((sum, outcome) => (outcome.what === 'done' ? plus(sum, outcome) : sum), nothing);
}

/** `publish: 12 moved, 12 status; purge: disabled: there is no field "EXPIRES"`. Rules that found nothing are left out. */
export function describe(outcomes: readonly RuleOutcome[]): string {
  return outcomes.flatMap((outcome) => describeOne(outcome) ?? []).join('; ');
}

const changes = ['moved', 'status', 'trashed', 'deleted'] as const;

function describeOne(outcome: RuleOutcome): string | undefined {
  switch (outcome.what) {
    case 'inactive':
      return undefined;
    case 'disabled':
    case 'too-many':
      return `${outcome.name}: ${outcome.what === 'disabled' ? 'disabled' : 'held back'}: ${outcome.reason}`;
    case 'done': {
      const told = changes.flatMap((what) => (outcome[what] > 0 ? `${outcome[what]} ${what}` : []));
      return told.length > 0 ? `${outcome.name}: ${told.join(', ')}` : undefined;
    }
  }
}
