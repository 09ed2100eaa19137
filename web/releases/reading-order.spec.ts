import { describe, expect, it } from 'vitest';
import {
  inEnvironment,
  progressOf,
  rolledBack,
  startedIn,
  step,
  untilProduction,
  wait,
} from '../../test/support/recorded-release.ts';
import { inReadingOrder } from './reading-order.ts';

const production = [...untilProduction(), ...startedIn('eu', 8)];
const held = inEnvironment('ap', 31, {
  type: 'rollout.holding',
  wait: wait('failure', 'a person', 31, null, 'nothing happens'),
});

describe('web/releases/reading-order.ts', () => {
  it.each([
    ['what works comes before what is done', production, ['eu', 'us', 'ap', 'staging']],
    [
      'what is held comes first',
      [
        ...production,
        ...step('eu', 20, 1, 1),
        ...startedIn('us', 20),
        ...startedIn('ap', 20),
        held,
      ],
      ['ap', 'eu', 'us', 'staging'],
    ],
    ['what is to blame comes before the rest', rolledBack(), ['eu', 'us', 'ap', 'staging']],
    ['nothing is known yet', [], []],
  ])('%s', (_, events, expected) => {
    expect(inReadingOrder(progressOf(events))).toEqual(expected);
  });
});
