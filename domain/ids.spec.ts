import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import {
  applicationWorkflowId,
  environmentTaskQueue,
  formatReleaseId,
  labelPattern,
  parseReleaseId,
  releaseWorkflowId,
  rolloutWorkflowId,
  versionNamePattern,
  versionSlug,
} from './ids.ts';

describe('domain/ids', () => {
  it('reads back every release id it writes', () => {
    const label = fc.stringMatching(labelPattern);
    const number = fc.integer({ min: 1, max: 999_999_999 });
    fc.assert(
      fc.property(label, number, (application, n) => {
        const id = { application, number: n };
        expect(parseReleaseId(formatReleaseId(id))).toEqual(id);
      }),
    );
  });

  it.each([
    '',
    'shop',
    'shop:',
    'shop:0',
    'shop:01',
    'shop:-1',
    'Shop:1',
    ':1',
    'shop:1:2',
    '-a:1',
  ])('does not take "%s" for a release id', (text) => expect(parseReleaseId(text)).toBeNull());

  it('makes workflow ids that Temporal Web UI can link to', () => {
    const release = { application: 'shop', number: 7 };
    const ids = [
      applicationWorkflowId('shop'),
      releaseWorkflowId(release),
      rolloutWorkflowId(release, 'eu'),
    ];
    expect(ids).toEqual(['application:shop', 'release:shop:7', 'rollout:shop:7:eu']);
  });

  it('gives every worker a task queue of its own', () => {
    expect(environmentTaskQueue(null)).toBe('crescendo');
    expect(environmentTaskQueue('eu-private')).toBe('crescendo-eu-private');
  });

  it.each([
    ['a plain version keeps its look', '1.4.2', '1_4_2'],
    ['dashes stay', '1.4.2-rc.1', '1_4_2-rc_1'],
  ])('slug: %s', (_, name, slug) => expect(versionSlug(name)).toBe(slug));

  it('gives different names different slugs, of allowed characters only', () => {
    const name = fc.stringMatching(versionNamePattern);
    // Neighbours that differ only where the slug has to change something are the dangerous ones.
    const disguised = name.chain((one) =>
      fc.constantFrom(
        one,
        one.toUpperCase(),
        one.toLowerCase(),
        one.replaceAll('.', '_'),
        one.replaceAll('_', '.'),
        one.replaceAll('+', '-'),
        versionSlug(one),
        versionSlug(one).replaceAll('_', '.'),
      ),
    );
    const pairs = fc.oneof(
      fc.tuple(name, name),
      name.chain((one) => fc.tuple(fc.constant(one), disguised)),
    );
    fc.assert(
      fc.property(pairs, ([left, right]) => {
        expect(versionSlug(left)).toMatch(/^[a-z0-9_-]+$/);
        expect(versionSlug(left) === versionSlug(right)).toBe(left === right);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['1.0', '1_0'],
    ['1+0', '1-0'],
    ['A', 'a'],
    ['a_b', `a.b-${versionSlug('a_b').split('-').at(-1)}`],
  ])('tells %s and %s apart', (left, right) => {
    expect(versionSlug(left)).not.toBe(versionSlug(right));
  });
});
