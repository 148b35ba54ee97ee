import type { Level } from '../measures.ts';
import type { Part } from './quantities.ts';
import type { Source } from './read-compared.ts';

/**
 * `agrees`: within the tolerance. `differs`: beyond it. `missing`: we have nothing, though observations carry the
 * measure. `unchecked`: a difference says nothing.
 */
type Verdict = 'agrees' | 'differs' | 'missing' | 'unchecked';

/** A number that the station computed, beside ours. */
export interface Compared {
  source: Source;
  level: Level;
  /** Station's local time; null for level A. */
  start: string | null;
  /** `out_temp`, or `out_temp_omm`. */
  measure: string;
  part: Part;
  unit: string;
  ours: number | null;
  theirs: number;
  /** Ours less theirs. */
  difference: number | null;
  tolerance: number | null;
  verdict: Verdict;
  /** Minutes of the measure in the bucket, where ours are fewer than the station's: we have not all that it had. */
  incomplete?: { ours: number; theirs: number };
}
