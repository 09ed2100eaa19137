import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { aSpec } from '../support/builders.ts';
import { play } from '../support/scene.ts';

describe('workflows/scribe', () => {
  it('the end of a release comes last on the record, however late its rollouts get there', () =>
    play(async ({ world, apply, live, begin, end }) => {
      await apply(aSpec());
      await live('1.0.0');
      world.verdictFor = ({ weight }) => (weight === 25 ? 'fail' : 'pass');
      let late = true;
      const push = world.entries.push.bind(world.entries);
      world.entries.push = (...entries) => {
        const held = entries.some(({ source }) => source.startsWith('rollout:'));
        if (late && held) throw new Error('the worker was killed over it');
        return push(...entries);
      };
      const number = await begin('1.1.0', ({ stage }) => stage === 'ended');
      await sleep(500);
      const types = () =>
        world.entries.filter(({ release }) => release === number).map(({ event }) => event.type);
      expect(types()).toContain('release.admitted');
      expect(types()).not.toContain('release.ended');
      late = false;
      expect((await end(number)).outcome).toBe('rolled_back');
      expect(types()).toContain('rollout.ended');
      expect(types().at(-1)).toBe('release.ended');
    }));
});
