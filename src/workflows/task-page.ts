import { byWhom } from '../task/by-whom.ts';
import type { Attention, Status } from '../task/status.ts';

/** The Markdown page of a task in the Web UI ("current details"): what an operator asks first, in that order. */
export function page(status: Status): string {
  const rows: [string, string][] = [
    ['State', state(status)],
    [
      'Run',
      status.running ? `in progress${status.progress ? ` — ${status.progress}` : ''}` : 'none in progress',
    ],
  ];
  const last = status.lastRun;
  if (last) {
    rows.push(['Last run', `${last.outcome} at ${last.at}, ${(last.ms / 1000).toFixed(1)} s`]);
    const counts = Object.entries(last.counts).map(([name, n]) => `${name} ${n}`);
    if (counts.length > 0) rows.push(['Counts', counts.join(', ')]);
    if (last.note) rows.push(['Note', last.note]);
    if (last.error) rows.push(['Last error', last.error]);
  }
  if (status.failures > 0) rows.push(['Failed in a row', String(status.failures)]);
  for (const { what, count, oldest } of status.waiting ?? [])
    rows.push(['Waiting', `${count} ${what}${oldest ? `, oldest ${oldest}` : ''}`]);
  rows.push(['Trace', status.trace ? 'on' : 'off'], ['As of', status.asOf]);
  const table = rows.map(([k, v]) => `| **${k}** | ${cell(v)} |`).join('\n');
  return `### ${status.task}\n\n| | |\n|---|---|\n${table}\n${toLookAt(status.attention)}`;
}

/** Below the table, since it may be several sentences. */
function toLookAt(attention: Attention | undefined): string {
  if (!attention || attention.count === 0) return '';
  const { count, latest, how } = attention;
  const lines = latest.map(({ at, text }) => `- ${at}: ${plain(text)}`);
  if (count > latest.length) lines.push(`- … and ${count - latest.length} more`);
  return `\n**To look at: ${count} open**\n\n${lines.join('\n')}\n${how ? `\n${how}\n` : ''}`;
}

/** Texts quote what stations sent: it must neither format the page nor put links or pictures on it. */
const plain = (text: string) => text.replace(/\s*\n\s*/g, ' ').replace(/[\\`*_{}[\]<>#!|~]/g, '\\$&');

function state(status: Status): string {
  const held = status.held ? ' (held by the scheduler)' : '';
  return `**${status.state}**${held} since ${status.since} ${byWhom(status)}`;
}

/** A table cell may hold neither a bar nor a line break. */
const cell = (text: string) => text.replaceAll('|', '\\|').replace(/\s*\n\s*/g, ' ');
