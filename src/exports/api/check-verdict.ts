import { shown } from './faults.ts';
import type { Verdict } from './verdict.ts';

/** What `check` gave, when it is a verdict. @throws a sentence that names what it gave. */
export function checkVerdict(given: unknown): Verdict {
  const { verdict, reason } = (typeof given === 'object' && given !== null ? given : {}) as Record<
    string,
    unknown
  >;
  if (verdict === 'deliver') return { verdict };
  if ((verdict === 'hold' || verdict === 'fail') && typeof reason === 'string' && reason.trim() !== '')
    return { verdict, reason };
  if (verdict === 'hold' || verdict === 'fail')
    throw new TypeError(
      `check returned ${verdict}() without a reason; expected ${verdict}('why'): operators read it`,
    );
  throw new TypeError(`check returned ${shown(given)}; expected deliver(), hold('why') or fail('why')`);
}
