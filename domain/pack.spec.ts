import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pack, packLarge, unpack } from './pack.ts';

const long = 'a sentence that is longer than what would stand for it';

/** JSON with keys that look like what packing writes, and with parts that repeat. */
const parts = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof(fc.constant(null), fc.boolean(), fc.integer(), fc.constantFrom('', 'eu', long)),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom('$', 'packed', 'shared', 'a', '__proto__'), tie('value')),
  ),
}));

describe('domain/pack', () => {
  it('gives back what was packed, through JSON, whatever it is', () => {
    fc.assert(
      fc.property(fc.array(parts.value, { maxLength: 5 }), (list) => {
        const value = { list, again: list, once: { list } };
        const travelled = JSON.parse(JSON.stringify(pack(value)));
        expect(unpack(travelled)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('writes what repeats once, and parts of it that repeat elsewhere too', () => {
    const metric = { name: 'errors', from: 'edge', limit: 0.01, query: long };
    const value = Array.from({ length: 1000 }, (_, index) => ({
      environment: `e${index}`,
      metrics: [metric, { ...metric, name: 'slow' }],
      last: metric,
    }));
    const packed = JSON.stringify(pack(value));
    expect(packed.split(long)).toHaveLength(2);
    expect(packed.length).toBeLessThan(JSON.stringify(value).length / 4);
  });

  it('leaves what is small as it is', () => {
    const small = { packed: 1, eu: [{ long }, { long }] };
    expect(packLarge(small)).toBe(small);
    expect(unpack(small)).toBe(small);
  });

  it('packs what is large', () => {
    const large = Array.from({ length: 3000 }, () => ({ long }));
    const packed = packLarge(large);
    expect(packed).toMatchObject({ shared: [{}] });
    expect(unpack(packed)).toEqual(large);
  });
});
