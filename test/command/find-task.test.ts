import { expect, test } from 'vitest';
import { CliError } from '../../src/command/exit.ts';
import { findTask } from '../../src/command/find-task.ts';

const tasks = [
  { name: 'svcLoadJson', aliases: ['svcAutoLoad', 'json', 'load'] },
  { name: 'svcAggregate', aliases: ['agg', 'aggregate'] },
  { name: 'second', aliases: ['load'] },
];

test.each([
  ['svcLoadJson', 'svcLoadJson'],
  ['SVCLOADJSON', 'svcLoadJson'],
  ['Json', 'svcLoadJson'],
  ['svcautoload', 'svcLoadJson'],
  ['AGG', 'svcAggregate'],
])('%s means %s', (word, name) => {
  expect(findTask(tasks, word).name).toBe(name);
});

test('an exact name comes before an alias of another task', () => {
  const odd = [
    { name: 'a', aliases: ['b'] },
    { name: 'b', aliases: [] },
  ];
  expect(findTask(odd, 'b').name).toBe('b');
  expect(findTask(odd, 'B').name).toBe('b');
});

test('an unknown name is told with the nearest one', () => {
  expect(refusal('jsn')).toMatchObject({ code: 4, message: 'No task is called "jsn". Did you mean json?' });
  expect(refusal('svcLoadJsno').details).toMatchObject({ name: 'svcLoadJsno', suggestion: 'svcLoadJson' });
  expect(refusal('agregate').message).toMatch(/Did you mean aggregate\?/);
});

test('a name far from all others is told with the list of tasks', () => {
  expect(refusal('teapot').message).toBe(
    'No task is called "teapot". The tasks are: svcLoadJson, svcAggregate, second.',
  );
});

test('an alias of several tasks is not guessed', () => {
  expect(refusal('load')).toMatchObject({ code: 4, details: { candidates: ['svcLoadJson', 'second'] } });
});

function refusal(word: string): CliError {
  try {
    findTask(tasks, word);
  } catch (error) {
    if (error instanceof CliError) return error;
  }
  throw new Error(`"${word}" was found`);
}
