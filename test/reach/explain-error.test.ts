import { expect, test } from 'vitest';
import { CliError, exit } from '../../src/command/exit.ts';
import { explain } from '../../src/reach/explain-error.ts';

test('a command of its own words keeps them', () => {
  expect(explain(new CliError(exit.refused, 'It is stopped.', { by: 'me' }))).toEqual({
    code: 5,
    message: 'It is stopped.',
    details: { by: 'me' },
  });
});

test.each([
  [14, 'UNAVAILABLE: connect'],
  [4, 'DEADLINE_EXCEEDED'],
  // So the client calls the end of a deadline that was there before the call went out.
  [1, 'CANCELLED: Call cancelled'],
])('a server that does not answer is exit 3, however deep the SDK wraps it: %i %s', (code, details) => {
  const grpc = Object.assign(new Error(`${code} ${details}`), { code, details });
  const wrapped = new Error('Failed to describe schedule', { cause: new Error('service', { cause: grpc }) });
  expect(explain(wrapped)).toMatchObject({ code: 3, message: expect.stringContaining('does not answer') });
});

test('a missing file is not taken for a missing server', () => {
  const missing = Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT' });
  expect(explain(missing)).toEqual({ code: 1, message: 'ENOENT: no such file', details: {} });
});

test('a database without tables is told as such', () => {
  const error = Object.assign(new Error('relation "regie.run" does not exist'), { code: '42P01' });
  expect(explain(error)).toMatchObject({ code: 1, message: expect.stringContaining('not migrated yet') });
});

test('whatever is thrown becomes words', () => {
  expect(explain('odd')).toMatchObject({ code: 1, message: 'odd' });
  expect(explain(undefined)).toMatchObject({ code: 1, message: 'undefined' });
  const circle = new Error('a');
  circle.cause = Object.assign(new Error('b'), { code: 7 });
  expect(explain(circle)).toMatchObject({ code: 1, message: 'a: b' });
});
