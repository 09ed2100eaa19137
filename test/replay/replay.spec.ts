import { readFileSync } from 'node:fs';
import { DeterminismViolationError } from '@temporalio/workflow';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { actions } from '../../domain/actions.ts';
import { outcomes } from '../../domain/release.ts';
import { withLateSignals } from './late-signals.ts';
import { currentSet, storedHistories, type HistoryEvent, type StoredHistory } from './store.ts';

const stored = storedHistories();
const patience = 600_000;

beforeAll(() => {
  Runtime.install({
    logger: new DefaultLogger('ERROR', () => {}),
    telemetryOptions: { logging: { forward: {}, filter: 'OFF' } },
  });
});

interface Replayed {
  name: string;
  error: unknown;
}

/** Replays all of them against a bundle; answers those that went wrong. */
async function failuresWith(
  code: string,
  histories: readonly StoredHistory[],
): Promise<Replayed[]> {
  const failed: Replayed[] = [];
  const results = Worker.runReplayHistories({ workflowBundle: { code } }, histories);
  let index = 0;
  for await (const { error } of results) {
    const name = histories[index]?.name ?? '?';
    index += 1;
    if (error) failed.push({ name, error });
  }
  expect(index).toBe(histories.length);
  return failed;
}

const bundle = () => readFileSync(inject('workflowBundle'), 'utf8');

const typeOf = ({ history }: StoredHistory): string => {
  const started = history.events[0]?.['workflowExecutionStartedEventAttributes'] as
    | { workflowType?: { name?: string } }
    | undefined;
  return started?.workflowType?.name ?? '?';
};

/** Everything that stands in a history, payloads included, as text. */
function textOf({ events }: { events: HistoryEvent[] }): string {
  return JSON.stringify(events, (key, value: unknown) =>
    key === 'data' && typeof value === 'string' ? Buffer.from(value, 'base64').toString() : value,
  );
}

describe('test/replay', () => {
  it(
    'every stored history can be replayed with the workflows as they are now',
    async () => {
      const failed = await failuresWith(bundle(), stored);
      expect(failed.map(({ name, error }) => `${name}: ${String(error)}`)).toEqual([]);
    },
    patience,
  );

  it(
    'also when the server had put signals behind the task that they came before',
    async () => {
      const late = stored.map(withLateSignals).filter((one) => one !== null);
      expect(late.length).toBeGreaterThan(20);
      const failed = await failuresWith(bundle(), late);
      expect(failed.map(({ name, error }) => `${name}: ${String(error)}`)).toEqual([]);
    },
    patience,
  );

  it.each(['application', 'release', 'batch', 'rollout'])('there are histories of %s', (type) => {
    expect(stored.filter((one) => typeOf(one) === type).length).toBeGreaterThan(5);
  });

  it('there are histories of the version that is being made', () => {
    expect(stored.filter(({ name }) => name.startsWith(`${currentSet}/`))).not.toEqual([]);
  });

  it.each(outcomes)('a release ended %s', (outcome) => {
    const releases = stored.filter((one) => typeOf(one) === 'release');
    const attribute = `"CrescendoOutcome":{"metadata":`;
    const found = releases.filter(({ history }) => {
      const text = textOf(history);
      return text.includes(attribute) && text.includes(`"data":"\\"${outcome}\\""`);
    });
    expect(found.map(({ name }) => name)).not.toEqual([]);
  });

  it.each(actions)('somebody said %s', (action) => {
    const said = stored.some(({ history }) =>
      history.events.some((event) => {
        const signal = event['workflowExecutionSignaledEventAttributes'];
        const update = event['workflowExecutionUpdateAcceptedEventAttributes'];
        return JSON.stringify(signal ?? update ?? {}).includes(`"${action}"`);
      }),
    );
    expect(said).toBe(true);
  });

  it('a guardian continued as new', () => {
    const runs = stored.filter(({ name }) => /application:shop#\d$/.test(name));
    expect(runs.length).toBeGreaterThanOrEqual(2);
  });

  it(
    'a workflow that asks another activity than it did is caught',
    async () => {
      const rollouts = stored.filter((one) => typeOf(one) === 'rollout').slice(0, 3);
      const changed = bundle().replaceAll('shiftTraffic', 'moveTraffic');
      expect(changed).not.toBe(bundle());
      expect(await failuresWith(bundle(), rollouts)).toEqual([]);
      const failed = await failuresWith(changed, rollouts);
      expect(failed).not.toEqual([]);
      for (const { error } of failed) expect(error).toBeInstanceOf(DeterminismViolationError);
    },
    patience,
  );
});
