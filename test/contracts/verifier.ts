/** What every verifier must do, whatever its vendor; run from each vendor's spec. */

import { describe, expect, it } from 'vitest';
import type { Version } from '../../domain/release.ts';
import type { Verifier } from '../../providers/verifiers/contract.ts';
import { aContext } from '../support/call-context.ts';

export interface VerifierCase {
  vendor: string;
  version: Version;
  /** CI is green for `version`, and for nothing else. */
  passed: () => Verifier;
  failed: () => Verifier;
  pending: () => Verifier;
  /** CI cannot be asked now, one verifier per way. */
  unavailable: Record<string, () => Verifier>;
  /** CI cannot be asked until somebody changes something, one verifier per way. */
  refused: Record<string, () => Verifier>;
  /** The answer does not come for minutes. */
  endless: () => Verifier;
}

/** Declares the conformance tests of one vendor. */
export function describeVerifier(vendorCase: VerifierCase): void {
  const { version } = vendorCase;
  const verify = (verifier: Verifier, signal?: AbortSignal) =>
    verifier.verify(version, aContext(signal));

  describe(`test/contracts/verifier: ${vendorCase.vendor}`, () => {
    it.each(['passed', 'failed', 'pending'] as const)('says %s, and why', async (state) => {
      const verification = await verify(vendorCase[state]());
      expect(verification).toMatchObject({ state, detail: expect.stringMatching(/^\S.*\S$/s) });
    });

    it('says the same when it is asked again', async () => {
      const verifier = vendorCase.passed();
      expect(await verify(verifier)).toEqual(await verify(verifier));
    });

    it('does not take the green of one commit for another', async () => {
      const other = { ...version, commit: 'f'.repeat(40) };
      const { state } = await vendorCase.passed().verify(other, aContext());
      expect(['failed', 'pending']).toContain(state);
    });

    it.each(Object.keys(vendorCase.unavailable))('may be asked again: %s', async (name) => {
      const asked = verify(vendorCase.unavailable[name]!());
      await expect(asked).rejects.toMatchObject({ code: 'provider_unavailable', retryable: true });
    });

    it.each(Object.keys(vendorCase.refused))('need not be asked again: %s', async (name) => {
      const asked = verify(vendorCase.refused[name]!());
      await expect(asked).rejects.toMatchObject({
        code: expect.stringMatching(/^(provider_refused|settings_invalid)$/),
        retryable: false,
      });
    });

    it('stops when it is cancelled before', async () => {
      const asked = verify(vendorCase.passed(), AbortSignal.abort(new Error('not wanted')));
      await expect(asked).rejects.toThrow('not wanted');
    });

    it('stops when it is cancelled midway', async () => {
      const controller = new AbortController();
      const asked = verify(vendorCase.endless(), controller.signal);
      setTimeout(() => controller.abort(new Error('not wanted any more')), 200);
      await expect(asked).rejects.toThrow('not wanted any more');
    });
  });
}
