import type { Output } from '../../command/output.ts';
import { table } from '../../command/table.ts';
import type { Finding } from '../../module/finding.ts';

/** A line for each finding, and below what is amiss how to mend it. */
export function describeFindings(findings: readonly Finding[], colors: Output['colors']): string {
  const marks = { ok: colors.green('ok'), warning: colors.yellow('note'), problem: colors.red('MEND') };
  return table(
    [],
    findings.map(({ what, state, found, mend }) => [
      marks[state],
      what,
      mend ? `${found}\n→ ${mend}` : found,
    ]),
  );
}
