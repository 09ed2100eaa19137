import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fillTemplate } from '../../../domain/template.ts';
import { describeMetricProvider } from '../../../test/contracts/metrics.ts';
import { post, startBackend } from '../../../test/support/backends.ts';
import type { Backend } from '../../../test/support/backends.ts';
import { aContext } from '../../../test/support/call-context.ts';
import { startEnvoy } from '../../../test/support/envoy.ts';
import type { TestEnvoy } from '../../../test/support/envoy.ts';
import { startHttpStub } from '../../../test/support/http-stub.ts';
import { latencyBuckets } from '../../routers/envoy/bootstrap.ts';
import { envoy as envoyRouter } from '../../routers/envoy/index.ts';
import type { RoutedVersion } from '../../routers/contract.ts';
import type { MetricProvider } from '../contract.ts';
import { envoy } from './index.ts';

const now = { from: 1_700_000_000_000, to: 1_700_000_060_000, step: 5_000 };
const cluster = 'envoy_cluster_name="shop|eu|1_0_0"';

function open(admin: string, timeoutMs = 5_000): MetricProvider {
  return envoy.create({}, envoy.connection.parse({ admin, timeoutMs }));
}

describeMetricProvider({
  vendor: 'envoy',
  open,
  query: { query: `envoy_cluster_upstream_rq{${cluster}}`, ...now },
  answers: {
    points: {
      answer: { body: `# TYPE x counter\nenvoy_cluster_upstream_rq{${cluster},code="200"} 7\n` },
      series: [
        {
          labels: { envoy_cluster_name: 'shop|eu|1_0_0', code: '200' },
          points: [[now.to, 7]],
        },
      ],
    },
    severalSeries: {
      answer: {
        body: [
          `envoy_cluster_upstream_rq{${cluster},code="200"} 7`,
          `envoy_cluster_upstream_rq{${cluster},code="500"} 0`,
          `envoy_cluster_upstream_rq{envoy_cluster_name="shop|eu|1_0_1",code="500"} 9`,
        ].join('\n'),
      },
      series: [
        { labels: { envoy_cluster_name: 'shop|eu|1_0_0', code: '200' }, points: [[now.to, 7]] },
        { labels: { envoy_cluster_name: 'shop|eu|1_0_0', code: '500' }, points: [[now.to, 0]] },
      ],
    },
    partlyNotANumber: {
      answer: {
        body: [
          `envoy_cluster_upstream_rq{${cluster},code="200"} NaN`,
          `envoy_cluster_upstream_rq{${cluster},code="404"} +Inf`,
          `envoy_cluster_upstream_rq{${cluster},code="500"} 1`,
        ].join('\n'),
      },
      series: [
        { labels: { envoy_cluster_name: 'shop|eu|1_0_0', code: '500' }, points: [[now.to, 1]] },
      ],
    },
    empty: { body: '' },
    notANumber: { body: `envoy_cluster_upstream_rq{${cluster},code="200"} NaN\n` },
    malformed: [
      { body: '<html><body>Please log in</body></html>' },
      { body: '{"stats": []}' },
      { body: `envoy_cluster_upstream_rq{${cluster},code="200"} seven` },
      { body: `envoy_cluster_upstream_rq{${cluster},code="200"` },
    ],
  },
});

describe('providers/metrics/envoy/index', () => {
  let running: TestEnvoy;
  let provider: MetricProvider;
  let backend: Backend;
  let fence = 0;
  const site = { application: 'shop', environment: 'eu' };

  beforeAll(async () => {
    running = await startEnvoy();
    provider = open(running.admin);
    backend = await startBackend('version', (request, response) => {
      request.resume();
      if (request.url === '/500') response.statusCode = 500;
      if (request.url === '/reset') return void request.socket.destroy();
      if (request.url === '/hang') return;
      response.end('done');
    });
  });
  afterAll(async () => {
    await Promise.all([running?.stop(), backend?.close()]);
  });

  const url = (path: string) => `http://127.0.0.1:${running.port}${path}`;

  /** Sends everything to `version`, whose requests may take half a second. */
  async function route(
    version: string,
    url = backend.url,
    more: RoutedVersion[] = [],
  ): Promise<void> {
    const { admin, directory, port } = running;
    const settings = envoyRouter.settings.parse({ port, timeout: '500ms' });
    const connection = envoyRouter.connection.parse({ admin, directory });
    const versions = [{ version, weight: 100, endpoint: { url } }, ...more];
    await envoyRouter
      .create(settings, connection)
      .setShares(site, versions, (fence += 1), aContext());
  }

  /** The value of a query about `version`, as the caller would fill it in. */
  async function ask(version: string, query: string) {
    const values = provider.templateValues?.(site, version) ?? {};
    return provider.query({ query: fillTemplate(query, values), ...now }, aContext());
  }

  async function errors(version: string): Promise<(number | string)[]> {
    const queries = provider.signals?.(undefined).errors;
    if (queries?.type !== 'ratio') throw new Error('no ratio');
    const answers = [await ask(version, queries.bad), await ask(version, queries.total)];
    return answers.map((answer) => {
      if (answer.kind !== 'points') return answer.kind;
      expect(answer.series).toHaveLength(1);
      return answer.series[0]?.points[0]?.[1] ?? Number.NaN;
    });
  }

  describe('errors, of a version that', () => {
    let count = 0;
    let version = '';
    beforeEach(async () => {
      version = `1.0.${(count += 1)}+Errors`;
      await route(version);
      expect(await errors(version)).toEqual([0, 0]);
    });

    it('answers well', async () => {
      for (const path of ['/', '/', '/']) expect((await post(url(path))).status).toBe(200);
      expect(await errors(version)).toEqual([0, 3]);
    });

    it.each([
      ['answers 500', '/500', 500],
      ['closes the connection', '/reset', 503],
      ['hangs', '/hang', 504],
    ])('%s', async (_case, path, status) => {
      expect((await post(url('/'))).status).toBe(200);
      expect((await post(url(path))).status).toBe(status);
      expect(await errors(version)).toEqual([1, 2]);
    });

    it('is dead', async () => {
      await route('dead', 'http://127.0.0.1:1');
      expect(await errors('dead')).toEqual([0, 0]);
      expect((await post(url('/'))).status).toBe(503);
      expect(await errors('dead')).toEqual([1, 1]);
    });

    it('is unknown, or no longer known', async () => {
      expect(await errors('0.0.1')).toEqual(['noData', 'noData']);
      await route('next');
      await expect.poll(() => errors(version)).toEqual(['noData', 'noData']);
    });
  });

  it('has no zero for a statistic that Envoy does not have', async () => {
    await route('1.2.3');
    const answer = await ask(
      '1.2.3',
      'envoy_cluster_upstream_rqq{envoy_cluster_name="{{cluster}}"}',
    );
    expect(answer).toMatchObject({ kind: 'noData', detail: expect.stringContaining('rqq') });
  });

  it('counts copies of requests like any others, though nobody gets the answers', async () => {
    const bad = await startBackend('bad', (request, response) => {
      request.resume();
      response.writeHead(500).end();
    });
    const copy = {
      version: '1.5.1',
      weight: 0,
      endpoint: { url: bad.url },
      rules: { mirror: 100 },
    };
    await route('1.5.0', backend.url, [copy]);
    for (let sent = 0; sent < 5; sent += 1) expect((await post(url('/'))).status).toBe(200);
    await expect.poll(() => errors('1.5.1')).toEqual([5, 5]);
    expect(await errors('1.5.0')).toEqual([0, 5]);
    const buckets =
      'envoy_cluster_upstream_rq_time_bucket{envoy_cluster_name="{{cluster}}",le="+Inf"}';
    const slowest = async () => {
      const answer = await ask('1.5.1', buckets);
      return answer.kind === 'points' && answer.series[0]?.points[0]?.[1];
    };
    await expect.poll(slowest, { timeout: 10_000 }).toBe(5);
    await bad.close();
  });

  it('counts latency in the same buckets before and after the first request', async () => {
    await route('1.3.0');
    const queries = provider.signals?.(undefined).latency;
    if (queries?.type !== 'latency') throw new Error('no latency');
    const read = async () => {
      const answer = await ask('1.3.0', queries.buckets);
      if (answer.kind !== 'points') throw new Error(answer.detail);
      return new Map(answer.series.map(({ labels, points }) => [labels['le'], points[0]?.[1]]));
    };
    const before = await read();
    expect(new Set(before.values())).toEqual(new Set([0]));
    for (let sent = 0; sent < 5; sent += 1) await post(`http://127.0.0.1:${running.port}/`);
    await expect.poll(async () => (await read()).get('+Inf'), { timeout: 10_000 }).toBe(5);
    const after = await read();
    expect([...after.keys()]).toEqual([...before.keys()]);
    expect(after.size).toBe(latencyBuckets.length + 1);
    expect(after.get('30000')).toBe(5);
  });

  it('selects over all clusters when no cluster is named', async () => {
    await route('1.4.0');
    await post(`http://127.0.0.1:${running.port}/`);
    const answer = await ask(
      '1.4.0',
      'envoy_cluster_upstream_rq_xx{envoy_response_code_class=~"2|3"}',
    );
    if (answer.kind !== 'points') throw new Error(answer.detail);
    const names = answer.series.map(({ labels }) => labels['envoy_cluster_name']);
    expect(names).toContain('shop|eu|1_4_0');
  });

  it.each(['sum(rate(x[1m]))', 'x{a=~"("}', ''])('says that %j is no selector', async (query) => {
    const answer = await provider.query({ query, ...now }, aContext());
    expect(answer).toMatchObject({ kind: 'error', retryable: false });
  });

  it('reads numbers that belong together at one moment', async () => {
    const stub = await startHttpStub();
    stub.answerWith({ body: `a{${cluster}} 1\nb{${cluster}} 2\n` });
    const context = aContext();
    const asking = open(stub.url);
    const look = (name: string, when = context) =>
      asking.query({ query: `${name}{${cluster}}`, ...now }, when);
    const answers = await Promise.all([look('a'), look('b')]);
    expect(answers.map(({ kind }) => kind)).toEqual(['points', 'points']);
    expect(stub.requests).toHaveLength(1);
    await look('a');
    expect(stub.requests).toHaveLength(2);
    await Promise.all([look('a'), look('b', aContext())]);
    expect(stub.requests).toHaveLength(4);
    await stub.close();
  });

  it('counts since the start of Envoy', () => {
    expect(provider.cumulative).toBe(true);
  });
});
