import { describe, expect, it } from 'vitest';
import type { SpecInput } from './spec.ts';
import { specSchema } from './spec.ts';
import { toleratedFailures } from './waves.ts';

const target = { fake: {} };
const environment = (labels: Record<string, string> = {}) => ({ target, router: target, labels });
const environments = {
  staging: environment({ region: 'eu' }),
  eu1: environment({ region: 'eu', tier: 'edge' }),
  eu2: environment({ region: 'eu' }),
  us1: environment({ region: 'us', tier: 'edge' }),
  us2: environment({ region: 'us' }),
};

function parse(waves: unknown) {
  const spec = { application: 'shop', environments, production: { waves } } as SpecInput;
  return specSchema.safeParse({ ...spec, staging: { environment: 'staging' } });
}
const namesOf = (waves: unknown) =>
  parse(waves).data?.production.waves.map((wave) => wave.environments);
const errorsOf = (waves: unknown) =>
  parse(waves).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);

describe('domain/waves-spec', () => {
  it.each([
    [
      'named',
      [{ environments: ['eu1', 'eu2'] }, { environments: ['us1'] }],
      [['eu1', 'eu2'], ['us1']],
    ],
    ['one wave alone needs no list', { environments: ['eu1'] }, [['eu1']]],
    [
      'growing from a list',
      { from: ['eu1', 'eu2', 'us1', 'us2'], growing: { first: 1, factor: 2 } },
      [['eu1'], ['eu2', 'us1'], ['us2']],
    ],
    [
      'growing by the defaults',
      { from: ['eu1', 'eu2', 'us1'], growing: {} },
      [['eu1'], ['eu2', 'us1']],
    ],
    [
      'equal waves',
      { from: ['eu1', 'eu2', 'us1', 'us2'], growing: { first: 2, factor: 1 } },
      [
        ['eu1', 'eu2'],
        ['us1', 'us2'],
      ],
    ],
    [
      'a factor that is no whole number',
      { from: ['eu1', 'eu2', 'us1', 'us2'], growing: { first: 1, factor: 1.5 } },
      [['eu1'], ['eu2', 'us1'], ['us2']],
    ],
    [
      'by label, in the order of the file, never staging',
      { from: { region: 'eu' } },
      [['eu1', 'eu2']],
    ],
    ['by several labels', { from: { region: 'us', tier: 'edge' } }, [['us1']]],
    [
      'by label, without what an earlier wave has taken',
      [{ environments: ['eu2'] }, { from: { region: 'eu' } }, { from: {}, growing: { first: 1 } }],
      [['eu2'], ['eu1'], ['us1'], ['us2']],
    ],
  ])('%s', (_, written, expected) => {
    expect(namesOf(written)).toEqual(expected);
  });

  it('keeps the settings of a wave in all that become of it', () => {
    const written = { from: ['eu1', 'eu2'], growing: { first: 1, factor: 1 }, maxFailures: '10%' };
    const after = { ...written, bakeAfter: { min: '1m', max: '2m' }, parallel: 3 };
    const wave = { maxFailures: '10%', bakeAfter: { min: 60_000, max: 120_000 }, parallel: 3 };
    expect(parse(after).data?.production.waves).toEqual([
      { ...wave, environments: ['eu1'] },
      { ...wave, environments: ['eu2'] },
    ]);
  });

  it('a thousand environments make ten waves that double', () => {
    const many = Object.fromEntries(
      Array.from({ length: 1000 }, (_, index) => [`e${index}`, environment({ all: 'yes' })]),
    );
    const production = { waves: { from: { all: 'yes' }, growing: { first: 1, factor: 2 } } };
    const { waves } = specSchema.parse({
      application: 'shop',
      environments: many,
      production,
    }).production;
    expect(waves.map((wave) => wave.environments.length)).toEqual([
      1, 2, 4, 8, 16, 32, 64, 128, 256, 489,
    ]);
  });

  it.each([
    [
      { environments: ['eu1'], from: ['eu2'] },
      'production.waves.from: give `environments` or `from`, not both',
    ],
    [[{}], 'production.waves.0.environments: name environments, or select them by `from`'],
    [
      { environments: ['eu1'], growing: {} },
      'production.waves.growing: waves grow `from` a list or labels',
    ],
    [
      { from: { region: 'mars' } },
      'production.waves.from: no environment that is still free has these labels',
    ],
    [{ from: ['eu1', 'eu1'] }, 'production.waves.from.1: environment "eu1" is used twice'],
    [{ from: ['eu1', 'mars'] }, /^production\.waves\.from\.1: no environment is called "mars"/],
    [
      [{ environments: ['eu1'], bakeAfter: { min: '2h' } }],
      'production.waves.0.bakeAfter.max: must not be below min',
    ],
  ])('refuses %j', (written, expected) => {
    const messages = errorsOf(written) ?? [];
    const text = JSON.stringify(parse(written).error?.issues);
    if (typeof expected === 'string') {
      expect(messages.includes(expected) || text.includes(expected.split(': ')[1] ?? '')).toBe(
        true,
      );
    } else expect(messages.some((message) => expected.test(message))).toBe(true);
  });

  it.each([
    [undefined, 10, 0],
    [2, 10, 2],
    ['10%', 1000, 100],
    ['10%', 9, 0],
    ['100%', 3, 3],
  ])('maxFailures %s of %d tolerates %d', (maxFailures, size, tolerated) => {
    expect(toleratedFailures(maxFailures, size)).toBe(tolerated);
  });
});
