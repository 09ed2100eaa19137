import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CalibrationInput } from '../../activities/contract.ts';
import type { MetricHistory } from '../../domain/events.ts';
import { openLiveApi, type LiveApi } from '../../test/support/live-api.ts';
import { planAnswer } from './applications.schemas.ts';

const compared = `analysis:
  metrics: [{ signal: errors, from: envoy }, { signal: latency, from: envoy, limit: 2s }]
`;

const seen: MetricHistory = {
  metric: 'errors',
  intervals: 180,
  instances: 4,
  requestsPerSecond: 100,
  rate: 0.005,
  calibrated: true,
  detail: null,
};

describe('api/applications/forecast', () => {
  let api: LiveApi;
  beforeAll(async () => {
    api = await openLiveApi();
  });
  afterAll(() => api.close());

  /** An application with 1.0.0 live, and `analysis` for what comes next. */
  async function open(application: string, analysis: string): Promise<void> {
    await api.apply(application);
    const id = await api.release(application, '1.0.0');
    await api.until(id, ({ stage }) => stage === 'ended');
    const whole = await api.get(`/api/v1/applications/${application}`);
    const { metrics } = whole.json().spec.analysis;
    expect(metrics).toHaveLength(1);
    const answer = await api.send('PUT', `/api/v1/applications/${application}`, {
      headers: { 'content-type': 'application/yaml' },
      body: `application: ${application}
environments:
  ${application}-eu:
    target: { process: { command: [node, server.mjs] } }
    router: { envoy: { port: 10080 } }
production:
  waves: [{ environments: [${application}-eu] }]
  strategy: { canary: { steps: [10, 100], bake: { min: 1m, max: 1h } } }
${analysis}`,
    });
    expect(answer.status, answer.text).toBe(200);
  }

  async function plan(application: string) {
    const version = { name: '1.1.0', artifact: 'registry/shop:1.1.0' };
    const answer = await api.post(`/api/v1/applications/${application}/plan`, { version });
    expect(answer.status, answer.text).toBe(200);
    return planAnswer.parse(answer.json()).forecast;
  }

  it('says what each step can show, from what the workers know of stable', async () => {
    const asked: CalibrationInput[] = [];
    api.world.pastOf = async (input) => {
      asked.push(input);
      return [seen, { ...seen, metric: 'latency', rate: null }];
    };
    await open('known', compared);
    asked.length = 0;
    const [ahead, ...others] = (await plan('known')) ?? [];
    expect(others).toEqual([]);
    expect(asked.map(({ stable, place }) => [stable, place.environment])).toEqual([
      ['1.0.0', 'known-eu'],
    ]);
    expect(ahead).toMatchObject({ environment: 'known-eu', histories: [seen, {}], warnings: [] });
    expect(ahead?.steps.map(({ weight }) => weight)).toEqual([10, 100]);
    // A limit is no comparison: nothing is foreseen of it.
    const [errors, ...more] = ahead?.steps[0]?.metrics ?? [];
    expect(more).toEqual([]);
    expect(errors).toMatchObject({ metric: 'errors', kind: 'ratio', rate: 0.005 });
    // Twice the share of statistics e2, where half of the healthy ones pass after 12 minutes.
    expect(errors?.pass).toBeGreaterThan(3 * 60_000);
    expect(errors?.pass).toBeLessThan(10 * 60_000);
  });

  it('warns of a step that can tell nothing', async () => {
    api.world.pastOf = async () => [{ ...seen, requestsPerSecond: 0.001 }];
    await open('idle', compared);
    const [ahead] = (await plan('idle')) ?? [];
    expect(ahead?.warnings[0]).toBe(
      "step 1 (10 %): errors has too little traffic to find any regression within the step's max",
    );
  });

  it('says why, where providers know nothing', async () => {
    const detail = 'Prometheus answered 503: unavailable';
    api.world.pastOf = async () => [
      { ...seen, intervals: 0, requestsPerSecond: null, rate: null, calibrated: false, detail },
    ];
    await open('away', compared);
    const [ahead] = (await plan('away')) ?? [];
    expect(ahead?.histories).toMatchObject([{ metric: 'errors', intervals: 0, detail }]);
    expect(ahead?.steps.map(({ metrics }) => metrics)).toEqual([[], []]);
  });

  it('says so where nobody answers, and plans all the same', async () => {
    await open('silent', compared);
    let answer = (_histories: MetricHistory[]) => {};
    api.world.pastOf = () => new Promise((resolve) => (answer = resolve));
    expect(await plan('silent')).toEqual([
      {
        environment: 'silent-eu',
        histories: [],
        steps: [],
        warnings: ['silent-eu: what the steps can show is not known: nobody answered within 8 s'],
      },
    ]);
    answer([]);
  });

  it('asks nobody where no past is to be read, or nothing is compared', async () => {
    await open('unread', `${compared.trimEnd()}\n  noise: { history: 0s }\n`);
    await open('bound', 'analysis: { metrics: [{ signal: errors, from: envoy, limit: 1% }] }\n');
    await api.apply('first');
    let asked = 0;
    api.world.pastOf = async () => ((asked += 1), []);
    const answers = [await plan('unread'), await plan('bound'), await plan('first')];
    expect(answers.map((answer) => answer?.length)).toEqual([1, 0, 0]);
    expect(answers[0]?.[0]?.warnings).toEqual([
      'unread-eu: what the steps can show is not known: `analysis.noise.history` is 0s, so no past is read',
    ]);
    expect(asked).toBe(0);
  });
});
