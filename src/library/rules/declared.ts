import type { From, Rule, Zones } from './rule-settings.ts';

type DateOfFrom = From['date'][number];

/** A rule as it is carried out: as in the settings, or made of another form of them. */
export type PlainRule = Rule & {
  from: {
    /** `orMissing`: a record without the date matches too. */
    date: (DateOfFrom & { orMissing?: boolean })[];
  };
};

/** A rule that somebody wrote down, or why what they wrote is none. */
export type Declared = { name: string; rule: PlainRule } | { name: string; fault: string };

/** The rules of a form with three zones. Each record is in one zone at most. */
export function rulesOfZones(zones: Zones): PlainRule[] {
  const { name, databox, active, maxAffected, from, dates } = zones;
  const [first, second] = dates;
  const dateClauses = {
    // Dates that stand in the wrong order must not send a record to and fro: the second one decides.
    before: [before(first), { ...before(second), orMissing: true }],
    between: [after(first), before(second)],
    after: [after(second)],
  };
  return (['before', 'between', 'after'] as const).flatMap((zone): PlainRule[] => {
    const to = zones[zone];
    if (!to) return [];
    return [
      {
        name: `${name}: ${zone}`,
        action: 'update',
        databox,
        active,
        ...(maxAffected !== undefined && { maxAffected }),
        from: { ...from, date: [...from.date, ...dateClauses[zone]] },
        to,
      },
    ];
  });
}

const before = (date: Zones['dates'][0]) => ({ ...date, direction: 'before' as const });
const after = (date: Zones['dates'][0]) => ({ ...date, direction: 'after' as const });

/** A name that no rule before has: the second of two equal ones becomes `purge (2)`. */
export function uniqueName(name: string, names: Set<string>): string {
  let found = name;
  for (let count = 2; names.has(found); count++) found = `${name} (${count})`;
  names.add(found);
  return found;
}
