import type { Session } from '../../command/session.ts';
import { table } from '../../command/table.ts';
import { messageOf } from '../../task/errors.ts';
import { described } from '../described.ts';
import type { Description } from '../host/job.ts';
import { readPeriods, type PeriodRow } from '../ledger/periods.ts';
import { asExport, exportsOf } from './exports.ts';
import { painted } from './states.ts';

/** `regie export list`: each export, what its module says of itself, and how its last file went. */
export async function listExports(session: Session): Promise<void> {
  const config = await session.config();
  const pool = await session.database();
  const rows: Listed[] = [];
  for (const task of exportsOf(config)) {
    const which = asExport(config, task);
    const found: Pick<Listed, 'description' | 'fault'> = await described(which).then(
      (description) => ({ description }),
      (error: unknown) => ({ fault: messageOf(error) }),
    );
    const last: PeriodRow | undefined = pool && (await readPeriods(pool, task.name)).at(-1);
    rows.push({ export: task.name, campaign: which.settings.campaign, ...found, ...(last ? { last } : {}) });
  }
  const { out } = session;
  out.answer(rows, () =>
    rows.length === 0
      ? 'The configuration has no exports: `regie export new <name>` writes one.'
      : table(
          ['EXPORT', 'CAMPAIGN', 'DUE', 'FILE', 'GOES TO', 'LAST'],
          rows.map((row) => [
            row.export,
            row.campaign,
            row.description ? due(row.description) : out.colors.red('broken'),
            row.description?.file ?? row.fault ?? '-',
            row.description?.target.deliver.map(({ to }) => to).join(' ') || '-',
            row.last ? `${row.last.key} ${painted(row.last.state, out.colors)}` : '-',
          ]),
        ),
  );
  if (!pool) out.remark('No database answers: how the last ones went is not known.');
}

interface Listed {
  export: string;
  campaign: string;
  description?: Description;
  fault?: string;
  last?: PeriodRow;
}

/** `day, 04:00-08:00 Africa/Dakar`. */
function due({ target: { period, hours, timezone } }: Description): string {
  if (period === 'operation') return 'operation, on demand';
  const clock = (hour: number) => `${String(hour).padStart(2, '0')}:00`;
  return `${period}, ${clock(hours[0]!)}-${clock(hours.at(-1)! + 1)} ${timezone}`;
}
