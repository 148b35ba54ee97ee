import { table } from '../src/command/table.ts';
import type { SoakOptions } from './options.ts';
import type { SoakResult } from './soak.ts';

/** A short report for people, its last line the verdict. */
export function describeResult({ seed, minutes, speed, stations }: SoakOptions, result: SoakResult): string {
  const { files, trouble, restarts, histories, memory, faults, folder } = result;
  const list = (counts: Record<string, number>) =>
    Object.entries(counts)
      .map(([what, count]) => `${what} ${count}`)
      .join(', ');
  const { all, ...kinds } = files;
  const rows = [
    ['play', `${stations} stations, ${minutes} min at ${speed} times real time, seed ${seed}`],
    ['files', `${all}: ${list(kinds)}`],
    ['observations', `${result.observations}`],
    ['kills -9', list(trouble.kills)],
    ['restarts', `${list(restarts)} by regie up; starts that found no server: ${result.failedStarts}`],
    [
      'commands',
      list(Object.fromEntries(Object.entries(trouble.commands).map(([code, n]) => [`exit ${code}:`, n]))),
    ],
    [
      'histories',
      `${histories.runs} runs of at most ${histories.longestRun} events; control at most ${histories.longestControl}, ` +
        `watch ${histories.longestWatch}`,
    ],
    [
      'memory',
      `worker ${memory.middle} MB in the middle third, ${memory.last} MB in the last, ${memory.most} MB at most`,
    ],
    ['drained', `${result.drained} s after the end of the play`],
  ];
  const verdict =
    faults.length === 0
      ? 'The database, the aggregates and the files equal the undisturbed computation.'
      : [
          `${faults.length} faults:`,
          ...faults.map((fault) => `  ${fault}`),
          `Kept for inspection: ${folder}`,
        ].join('\n');
  return `${table([], rows)}\n\n${verdict}\n`;
}
