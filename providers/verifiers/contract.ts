/** What every verifier does: say whether CI is green for exactly this version. */

import type { Version } from '../../domain/release.ts';
import type { CallContext } from '../call.ts';

export interface Verification {
  /** `pending`: not decided yet, ask again. `failed` is final for this commit. */
  state: 'passed' | 'failed' | 'pending';
  /** One sentence for people, naming the checks that decide: `waiting for test (2 of 3 green)`. */
  detail: string;
  /** Where a person sees more. */
  url?: string;
}

export interface Verifier {
  /**
   * One look. The caller polls. Must be about this very commit and artefact, never "latest".
   * @throws CrescendoError provider_unavailable | provider_refused
   */
  verify(version: Version, context: CallContext): Promise<Verification>;
}
