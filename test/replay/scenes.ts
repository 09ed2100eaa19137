/** The scenes whose histories are kept: every ending, and people, policies and accidents on the way. */

import { ApplicationFailure } from '@temporalio/common';
import type { SpecInput } from '../../domain/spec.ts';
import type { ReleaseProgress } from '../../domain/progress.ts';
import { aProduction, aSpec, aVersion } from '../support/builders.ts';
import { inTwoWaves, settle } from '../support/many-scenes.ts';
import { openEstate } from '../support/estate.ts';
import { poll, type Scene } from '../support/scene.ts';

type Story = (scene: Scene) => Promise<unknown>;

export interface TellingScene {
  story: Story;
  /** Played on Temporal's dev server, where time is real. */
  real?: true;
}

const waves = [{ environments: ['eu'] }, { environments: ['us'] }];
const twoWaves = (more: Partial<SpecInput['production']> = {}) =>
  aSpec({ production: aProduction({ waves, ...more }) });
const quick = () => aSpec({ production: aProduction({ waves, keepWarm: '500ms' }) });
const baking =
  (environment: string) =>
  ({ rollouts }: ReleaseProgress) =>
    rollouts[environment]?.stage === 'bake';
const waitingFor =
  (key: string) =>
  ({ wait, rollouts }: ReleaseProgress) =>
    [wait, ...Object.values(rollouts).map((rollout) => rollout.wait)].some(
      (one) => one?.key === key,
    );
const says = (message: string, nonRetryable = false) =>
  ApplicationFailure.create({ message, type: 'provider_unavailable', nonRetryable });

/** With 1.0.0 live, which most of them need. */
function after(spec: Parameters<Scene['apply']>[0], story: Story): Story {
  return async (scene) => {
    await scene.apply(spec);
    await scene.live('1.0.0');
    await story(scene);
  };
}

const told = aSpec({ notify: [{ fake: {} }] });

export const scenes: Record<string, TellingScene> = {
  'first-release': {
    story: async ({ apply, live }) => {
      await apply(told);
      await live('1.0.0');
    },
  },
  'all-steps': { story: after(told, ({ live }) => live('1.1.0')) },
  'first-release-fails': {
    story: async ({ world, apply, live }) => {
      await apply(aSpec());
      world.verdictFor = () => 'fail';
      await live('1.0.0');
    },
  },
  'breach-at-second-step': {
    story: after(told, async ({ world, live, guardian }) => {
      world.verdictFor = ({ weight }) => (weight === 25 ? 'fail' : 'pass');
      await live('1.1.0');
      const by = { id: 'jane', channel: 'api' } as const;
      const lift = { version: '1.1.0', by, reason: 'it was the network' };
      await guardian().executeUpdate('liftQuarantine', { args: [lift] });
    }),
  },
  'back-to-a-designated-version': {
    story: async ({ world, apply, live }) => {
      await apply(aSpec());
      for (const version of ['0.9.0', '1.0.0']) await live(version);
      await apply(aSpec({ rollback: { to: 'version:0.9.0' } }));
      world.verdictFor = () => 'fail';
      await live('1.1.0');
    },
  },
  'no-data-until-the-hold-expires': {
    story: after(aSpec(), async ({ world, live }) => {
      world.verdictFor = () => 'noData';
      await live('1.1.0');
    }),
  },
  'inconclusive-promoted-by-policy': {
    story: after(aSpec({ policy: { onInconclusive: 'promote' } }), async ({ world, live }) => {
      world.verdictFor = () => 'inconclusive';
      await live('1.1.0');
    }),
  },
  'people-steer': {
    story: after(twoWaves(), async ({ world, begin, act, signal, until, end }) => {
      world.verdictFor = ({ limits }) => (limits.mode === 'bake' ? 'noData' : 'never');
      const number = await begin('1.1.0', waitingFor('verdict'));
      world.verdictFor = () => 'never';
      await act(number, 'retry');
      await until(number, baking('eu'));
      await act(number, 'pause');
      await signal(number, 'resume');
      await until(number, ({ paused }) => !paused);
      await act(number, 'promote', { step: 1 });
      await until(number, ({ rollouts }) => rollouts['eu']?.weight === 25);
      await until(number, baking('eu'));
      await act(number, 'promote', { full: true, reason: 'quiet hour' });
      await until(number, ({ rollouts }) => rollouts['eu']?.weight === 100);
      world.verdictFor = () => 'pass';
      await end(number);
    }),
  },
  'held-and-overridden': {
    story: after(aSpec(), async ({ hold, begin, act, end }) => {
      await hold(60 * 24 * 3_600_000);
      const number = await begin('1.1.0', waitingFor('hold'));
      await act(number, 'override', { reason: 'checkout is down', for: '2h' });
      await end(number);
    }),
  },
  'frozen-with-all-others': {
    story: after(aSpec(), async (scene) => {
      const estate = await openEstate(scene);
      const { id } = await estate.freeze(60 * 24 * 3_600_000);
      const number = await scene.begin('1.1.0', waitingFor('freeze'));
      await estate.unfreeze(id);
      await scene.end(number);
    }),
  },
  'held-by-a-pause': {
    story: after(aSpec(), async ({ world, begin, act, until, end }) => {
      world.verdictFor = () => 'never';
      const number = await begin('1.1.0', baking('eu'));
      await act(number, 'pause');
      world.verdictFor = ({ limits }) => (limits.mode === 'bake' ? 'pass' : 'never');
      await until(number, waitingFor('pause'));
      await act(number, 'resume');
      await end(number);
    }),
  },
  'guard-proves-a-regression': {
    story: after(aSpec(), async ({ world, begin, end }) => {
      world.verdictFor = ({ limits }) => (limits.mode === 'bake' ? 'noData' : 'never');
      const number = await begin('1.1.0', waitingFor('verdict'));
      world.verdictFor = () => 'fail';
      await end(number);
    }),
  },
  aborted: {
    story: after(twoWaves(), async ({ world, begin, act, end }) => {
      world.verdictFor = ({ place }) => (place.environment === 'us' ? 'never' : 'pass');
      const number = await begin('1.1.0', baking('us'));
      await act(number, 'abort', { reason: 'wrong branch' });
      await end(number);
    }),
  },
  'rolled-back-while-warm': {
    story: after(aSpec(), async ({ begin, act, end }) => {
      const number = await begin('1.1.0', ({ stage }) => stage === 'warm');
      await act(number, 'rollback', { reason: 'it is slow' });
      await end(number);
    }),
  },
  'gate-approved': {
    story: after(
      twoWaves({ gates: [{ before: 'wave 2', approvals: 2, exclude: ['initiator'] }] }),
      async ({ begin, act, end }) => {
        const number = await begin('1.1.0', ({ gate }) => gate !== null);
        for (const by of ['joe', 'ann']) await act(number, 'approve', { by });
        await end(number);
      },
    ),
  },
  'gate-rejected': {
    story: after(
      twoWaves({ gates: [{ before: 'production' }, { before: 'wave 2' }] }),
      async ({ begin, act, end }) => {
        const number = await begin('1.1.0', ({ gate }) => gate !== null);
        await act(number, 'reject', { by: 'joe', reason: 'not on a Friday' });
        await end(number);
      },
    ),
  },
  'ci-is-late': {
    story: async ({ world, apply, begin, raw, until, pass, act, end }) => {
      await apply(aSpec({ verify: [{ ci: {} }, { other: {} }], verifyTimeout: '1h' }));
      world.checkState = (vendor) => (vendor === 'ci' ? 'passed' : 'never');
      const number = await begin('1.0.0', waitingFor('checks'));
      await raw(number, 'ciChanged');
      await pass('61m');
      await until(number, waitingFor('failure'));
      await act(number, 'skip', { reason: 'CI is down' });
      await end(number);
    },
  },
  'ci-is-red': {
    story: async ({ world, apply, live }) => {
      await apply(aSpec({ verify: [{ ci: {} }] }));
      world.checkState = () => 'failed';
      await live('1.0.0');
    },
  },
  'test-fails': {
    story: after(aSpec(), async ({ world, live }) => {
      world.testPasses = () => false;
      await live('1.1.0');
    }),
  },
  'test-held-then-skipped': {
    story: after(
      aSpec({
        staging: { environment: 'staging', tests: [{ name: 'smoke', fake: {} }], onFail: 'hold' },
      }),
      async ({ world, begin, act, end }) => {
        world.testPasses = () => false;
        const number = await begin('1.1.0', waitingFor('failure'));
        await act(number, 'skip', { reason: 'known' });
        await end(number);
      },
    ),
  },
  'second-wave-fails': {
    story: after(twoWaves(), async ({ world, live }) => {
      world.verdictFor = ({ place }) => (place.environment === 'us' ? 'fail' : 'pass');
      await live('1.1.0');
    }),
  },
  'one-environment-goes-back': {
    story: after(
      aSpec({
        rollback: { scope: 'environment' },
        production: aProduction({ waves: [{ environments: ['eu', 'us'] }] }),
      }),
      async ({ world, live }) => {
        world.verdictFor = ({ place }) => (place.environment === 'us' ? 'fail' : 'pass');
        await live('1.1.0');
      },
    ),
  },
  superseded: {
    story: after(aSpec({ concurrency: 'supersede' }), async ({ world, begin, submit, end }) => {
      world.verdictFor = ({ canary }) => (canary === '1.1.0' ? 'never' : 'pass');
      const first = await begin('1.1.0', baking('eu'));
      const second = await submit(aVersion('1.2.0'));
      const third = await submit(aVersion('1.3.0'));
      await end(second.number);
      world.verdictFor = () => 'pass';
      await end(first);
      await end(third.number);
    }),
  },
  replaced: {
    story: after(aSpec({ concurrency: 'replace' }), async ({ world, begin, submit, end }) => {
      world.verdictFor = ({ canary }) => (canary === '1.1.0' ? 'never' : 'pass');
      const first = await begin('1.1.0', baking('eu'));
      const { number } = await submit(aVersion('1.2.0'));
      await end(first);
      await end(number);
    }),
  },
  'router-refuses-a-step': {
    story: after(told, async ({ world, live }) => {
      world.beforeShift = ({ shares }) => {
        if (shares.some(({ weight }) => weight === 25)) throw says('router says no');
      };
      await live('1.1.0');
    }),
  },
  'rollback-is-late': {
    story: after(told, async ({ world, begin, until, act, pass, end }) => {
      world.verdictFor = () => 'never';
      const number = await begin('1.1.0', baking('eu'));
      let open = false;
      world.beforeShift = () => {
        if (!open) throw says('router says no', true);
      };
      await act(number, 'rollback', { reason: 'errors' });
      await until(number, ({ stage }) => stage === 'rollback');
      await pass('11m');
      await until(number, ({ outcome }) => outcome === 'rollback_failed');
      open = true;
      await act(number, 'retry');
      await end(number);
    }),
  },
  'a-return-goes-first': {
    story: after(aSpec(), async ({ world, live, begin, submit, goBack, end }) => {
      await live('1.0.1');
      world.verdictFor = ({ canary }) => (canary === '1.1.0' ? 'never' : 'pass');
      const active = await begin('1.1.0', baking('eu'));
      const waiting = await submit(aVersion('1.2.0'));
      const { number } = await goBack('1.0.0', { reason: 'orders are lost' });
      for (const one of [active, number, waiting.number]) await end(one);
    }),
  },
  'no-way-back-for-a-while': {
    story: after(told, async ({ world, begin, end }) => {
      world.missing = () => 'its process has ended';
      const number = await begin('1.1.0', waitingFor('way-back'));
      world.missing = () => null;
      await end(number);
    }),
  },
  'round-trip-in-staging': {
    story: after(
      aSpec({
        rollback: { rehearse: true },
        staging: { environment: 'staging', tests: [{ name: 'smoke', fake: {} }], onFail: 'hold' },
      }),
      async ({ world, begin, act, end }) => {
        world.testPasses = (_name, version) => version !== '1.0.0';
        const number = await begin('1.1.0', waitingFor('failure'));
        await act(number, 'skip', { reason: 'known' });
        await end(number);
      },
    ),
  },
  'held-at-a-one-way-door': {
    story: after(told, async ({ world, submit, until, act, end, goBack }) => {
      world.verdictFor = ({ weight }) => (weight === 25 ? 'fail' : 'pass');
      const { number } = await submit(aVersion('1.1.0', { oneWay: 'drops a column' }));
      await until(number, waitingFor('door'));
      await act(number, 'promote', { reason: 'a known bug' });
      await end(number);
      const forced = { force: true, reason: 'restored' };
      await end((await goBack('1.0.0', forced)).number);
    }),
  },
  'back-on-a-sick-version': {
    story: after(told, async ({ world, begin, act, end }) => {
      world.verdictFor = () => 'fail';
      world.backFor = () => 'fail';
      const sick = ({ rollouts }: ReleaseProgress) => rollouts['eu']?.back === 'sick';
      const number = await begin('1.1.0', sick);
      const times = () => world.entries.filter(({ event }) => event.type === 'rollback.failed');
      await act(number, 'retry');
      await poll(
        async () => times().length,
        (seen) => seen > 1,
      );
      await act(number, 'skip', { reason: 'a fix is on its way' });
      await end(number);
    }),
  },
  'journal-is-away': {
    story: after(aSpec(), async ({ world, begin, end }) => {
      let away = true;
      world.beforeRecord = () => {
        if (away) throw new Error('journal is away');
      };
      const number = await begin('1.1.0', ({ stage }) => stage === 'warm');
      away = false;
      await end(number);
    }),
  },
  'cancelled-in-temporal': {
    story: after(aSpec(), async ({ world, begin, handle, end }) => {
      world.verdictFor = () => 'never';
      const number = await begin('1.1.0', baking('eu'));
      await handle(number).cancel();
      await end(number);
    }),
  },
  'return-to-the-last-good-version': {
    story: async ({ apply, live, goBack, end }) => {
      await apply(twoWaves());
      for (const version of ['1.0.0', '1.1.0']) await live(version);
      const { number } = await goBack(null, { reason: 'orders are lost' });
      await end(number);
    },
  },
  'a-return-is-sick-and-gives-way': {
    story: async ({ world, apply, live, goBack, until, act, end }) => {
      await apply(told);
      for (const version of ['1.0.0', '1.1.0', '1.2.0']) await live(version);
      const sick = ({ rollouts }: ReleaseProgress) => rollouts['eu']?.back === 'sick';
      world.backFor = () => 'fail';
      const first = await goBack('1.1.0', { reason: 'orders are lost' });
      await until(first.number, sick);
      const second = await goBack('1.0.0', { reason: 'it is sick as well' });
      await end(first.number);
      await until(second.number, sick);
      await act(second.number, 'skip', { reason: 'a fix is ready' });
      await end(second.number);
    },
  },
  'release-is-lost': {
    real: true,
    story: after(quick(), async ({ world, begin, handle, state, end }) => {
      world.verdictFor = ({ place }) => (place.environment === 'us' ? 'never' : 'pass');
      const number = await begin('1.1.0', baking('us'));
      await handle(number).terminate('oops');
      await poll(state, ({ lane }) => lane.active === null);
      await end(number);
    }),
  },
  'rollout-is-lost': {
    real: true,
    story: after(quick(), async ({ world, begin, rollout, end }) => {
      world.verdictFor = () => 'never';
      const number = await begin('1.1.0', baking('eu'));
      await rollout(number, 'eu').terminate('oops');
      await end(number);
    }),
  },
  'many-environments': {
    story: async (scene) => {
      const { world, live } = scene;
      await settle(scene, inTwoWaves());
      // The other one of its wave is done by then: the test server cannot cancel what just ends.
      world.verdictFor = ({ place, weight }) =>
        place.environment === 'e-0026' && weight === 100 ? 'fail' : 'pass';
      await live('1.1.0');
    },
  },
  'batch-is-lost': {
    real: true,
    story: after(quick(), async ({ world, begin, batch, end }) => {
      world.verdictFor = () => 'never';
      const number = await begin('1.1.0', baking('eu'));
      await batch(number).terminate('oops');
      await end(number);
    }),
  },
  'guardian-continues-as-new': {
    real: true,
    story: after(quick(), async (scene) => {
      const { world, begin, submit, end, live } = scene;
      world.verdictFor = () => 'never';
      const first = await begin('1.1.0', baking('eu'));
      const second = await submit(aVersion('1.2.0'), { idempotencyKey: 'k2' });
      await continueAsNew(scene);
      world.verdictFor = () => 'pass';
      await end(first);
      await end(second.number);
      await live('1.3.0');
    }),
  },
};

/** Fills the guardian's history with signals nobody understands, until it has begun a new run. */
async function continueAsNew({ guardian, state }: Scene): Promise<void> {
  const before = (await guardian().describe()).runId;
  for (let round = 0; round < 30; round += 1) {
    await Promise.all(
      Array.from({ length: 200 }, () => guardian().signal('report', { kind: '?' })),
    );
    await state();
    if ((await guardian().describe()).runId !== before) return;
  }
  throw new Error('it did not continue as new');
}
