import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeVerifier } from '../../../test/contracts/verifier.ts';
import { aContext } from '../../../test/support/call-context.ts';
import { startHttpStub } from '../../../test/support/http-stub.ts';
import type { HttpStub, StubAnswer, StubRequest } from '../../../test/support/http-stub.ts';
import { commitPage } from './client.ts';
import { githubChecks } from './index.ts';

const commit = '1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d';
const version = { name: '1.4.2', artifact: 'shop:1.4.2', commit, repository: 'acme/shop' };
const runsPath = `/repos/acme/shop/commits/${commit}/check-runs`;
const statusPath = `/repos/acme/shop/commits/${commit}/status`;

let stub: HttpStub;
beforeAll(async () => {
  stub = await startHttpStub();
});
afterAll(() => stub.close());
beforeEach(() => {
  stub.requests.length = 0;
});

function open(settings: Record<string, unknown> = {}, connection: Record<string, unknown> = {}) {
  const full = { url: stub.url, token: 'ghp_not_for_your_eyes', ...connection };
  return githubChecks.create(
    githubChecks.settings.parse(settings),
    githubChecks.connection.parse(full),
  );
}

function json(body: unknown, status = 200, headers: Record<string, string> = {}): StubAnswer {
  const type = { 'content-type': 'application/json; charset=utf-8' };
  return { status, headers: { ...type, ...headers }, body: JSON.stringify(body) };
}

/** GitHub's documented shape, with what a test is about. */
function aRun(name: string, conclusion: string | null = 'success', more: object = {}) {
  return {
    id: 4,
    head_sha: commit,
    node_id: 'MDg6Q2hlY2tSdW40',
    name,
    status: conclusion === null ? 'in_progress' : 'completed',
    conclusion,
    html_url: `https://github.com/acme/shop/runs/${name}`,
    started_at: '2026-05-04T01:14:52Z',
    app: { id: 1, slug: 'github-actions' },
    ...more,
  };
}

interface World {
  runs?: object[];
  statuses?: [context: string, state: string][];
  /** Instead of the statuses. */
  statusAnswer?: StubAnswer;
}

function githubHas({ runs = [], statuses = [], statusAnswer }: World): void {
  stub.answerWith((request) => {
    if (request.path === runsPath) return json(page(request, runs, 'check_runs'));
    if (request.path === statusPath) {
      const all = statuses.map(([context, state]) => ({ context, state, target_url: null }));
      return statusAnswer ?? json({ ...page(request, all, 'statuses'), sha: commit, state: 'any' });
    }
    return json({ message: `No commit found for SHA: ${request.path.split('/')[5]}` }, 422);
  });
}

function page(request: StubRequest, items: object[], key: string): object {
  const size = Number(request.query.get('per_page'));
  const start = (Number(request.query.get('page')) - 1) * size;
  return { total_count: items.length, [key]: items.slice(start, start + size) };
}

const verify = (settings?: Record<string, unknown>, more: object = {}) =>
  open(settings).verify({ ...version, ...more }, aContext());

function answering(answer: StubAnswer, connection: Record<string, unknown> = {}) {
  return () => {
    stub.answerWith(answer);
    return open({}, connection);
  };
}

describeVerifier({
  vendor: 'github-checks',
  version,
  passed: () => {
    githubHas({ runs: [aRun('build'), aRun('test')] });
    return open();
  },
  failed: () => {
    githubHas({ runs: [aRun('build'), aRun('test', 'failure')] });
    return open();
  },
  pending: () => {
    githubHas({ runs: [aRun('build'), aRun('test', null)] });
    return open();
  },
  unavailable: {
    'server error': answering(json({ message: 'Server Error' }, 502)),
    'too many requests': answering(json({ message: 'slow down' }, 429, { 'retry-after': '60' })),
    'rate limit used up': answering(
      json({ message: 'API rate limit exceeded for user ID 1.' }, 403, {
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': '4000000000',
      }),
    ),
    'rate limit used up, in other words': answering(
      json({ message: 'Forbidden' }, 403, {
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': '4000000000',
      }),
    ),
    'secondary rate limit': answering(
      json({ message: 'You have exceeded a secondary rate limit.' }, 403, { 'retry-after': '60' }),
    ),
    'no answer in time': answering({ trouble: 'hang' }, { timeoutMs: 100 }),
    'half an answer': answering({ ...json({ total_count: 0 }), trouble: 'cut' }),
    'another format': answering({ body: '<html>maintenance</html>' }),
    'nobody there': () => open({}, { url: 'http://127.0.0.1:9' }),
  },
  refused: {
    'wrong token': answering(json({ message: 'Bad credentials' }, 401)),
    'no rights': answering(json({ message: 'Resource not accessible by integration' }, 403)),
    'unknown repository': answering(json({ message: 'Not Found' }, 404)),
  },
  endless: answering({ trouble: 'hang' }),
});

describe('providers/verifiers/github-checks/index', () => {
  it('asks for the latest runs of this very commit, with the token', async () => {
    githubHas({ runs: [aRun('build')] });
    await verify();
    expect(stub.requests).toHaveLength(1);
    const [request] = stub.requests;
    expect(request).toMatchObject({ method: 'GET', path: runsPath });
    expect(Object.fromEntries(request!.query)).toEqual({
      filter: 'latest',
      per_page: '100',
      page: '1',
    });
    expect(request!.headers['authorization']).toBe('token ghp_not_for_your_eyes');
  });

  it('asks without a token when there is none', async () => {
    githubHas({ runs: [aRun('build')] });
    const verifier = open({}, { token: undefined, url: `${stub.url}/` });
    expect(await verifier.verify(version, aContext())).toMatchObject({ state: 'passed' });
    expect(stub.requests[0]?.headers['authorization']).toBeUndefined();
  });

  it('reads every page', async () => {
    const runs = Array.from({ length: 250 }, (_, index) => aRun(`check ${index}`));
    githubHas({ runs: [...runs, aRun('last', 'failure')] });
    expect(await verify()).toMatchObject({ state: 'failed', detail: 'not green: last (failure)' });
    expect(stub.requests.map((request) => request.query.get('page'))).toEqual(['1', '2', '3']);
  });

  it('gives up on checks without end', async () => {
    const runs = Array.from({ length: 3_001 }, (_, index) => aRun(`check ${index}`));
    githubHas({ runs });
    await expect(verify()).rejects.toMatchObject({ code: 'provider_refused' });
    expect(stub.requests).toHaveLength(30);
  });

  it.each([
    ['nothing', {}, {}, 'pending', 'waiting for a check that succeeds (0 of 1 green)'],
    ['all green', { runs: [aRun('b'), aRun('t', 'skipped')] }, {}, 'passed', 'green: b, t'],
    [
      'nothing but skipped jobs',
      { runs: [aRun('b', 'skipped'), aRun('t', 'neutral')] },
      {},
      'pending',
      'waiting for a check that succeeds (2 of 3 green)',
    ],
    [
      'a failure beside a running check',
      { runs: [aRun('b', 'timed_out'), aRun('t', null)] },
      {},
      'failed',
      'not green: b (timed_out)',
    ],
    [
      'a green run of another commit',
      { runs: [aRun('b', 'success', { head_sha: 'e'.repeat(40) })] },
      { checks: ['b'] },
      'pending',
      'waiting for b (0 of 1 green)',
    ],
    [
      'only the named ones',
      { runs: [aRun('build'), aRun('lint', 'failure'), aRun('test')] },
      { checks: ['build', 'test'] },
      'passed',
      'green: build, test',
    ],
    [
      'a name nobody reported',
      { runs: [aRun('build'), aRun('lint', null)] },
      { checks: ['build', 'lint', 'e2e'] },
      'pending',
      'waiting for lint, e2e (1 of 3 green)',
    ],
    [
      'a named job that was skipped',
      { runs: [aRun('build', 'failure'), aRun('test', 'skipped')] },
      { checks: ['test'] },
      'failed',
      'not green: test (skipped)',
    ],
    [
      'a named job that may be skipped',
      { runs: [aRun('test', 'skipped')] },
      { checks: ['test'], accept: ['skipped'] },
      'passed',
      'green: test',
    ],
    [
      'a conclusion that is not accepted',
      { runs: [aRun('test', 'neutral')] },
      { accept: [] },
      'failed',
      'not green: test (neutral)',
    ],
    [
      'a check that was run again with success',
      { runs: [aRun('test', 'success', { id: 9 }), aRun('test', 'failure', { id: 8 })] },
      {},
      'passed',
      'green: test',
    ],
    [
      'a check that is running again',
      { runs: [aRun('test', 'success', { id: 8 }), aRun('test', null, { id: 9 })] },
      {},
      'pending',
      'waiting for test, a check that succeeds (0 of 2 green)',
    ],
    [
      'a status that is asked for by name',
      {
        runs: [aRun('build')],
        statuses: [
          ['ci/jenkins', 'success'],
          ['other', 'failure'],
        ],
      },
      { checks: ['build', 'ci/jenkins'] },
      'passed',
      'green: build, ci/jenkins',
    ],
    [
      'a status that failed',
      { runs: [aRun('build')], statuses: [['ci/jenkins', 'error']] },
      { checks: ['build', 'ci/jenkins'] },
      'failed',
      'not green: ci/jenkins (error)',
    ],
    [
      'a status that is under way',
      { statuses: [['ci/jenkins', 'pending']] },
      { checks: ['ci/jenkins'] },
      'pending',
      'waiting for ci/jenkins (0 of 1 green)',
    ],
    [
      'statuses nobody asked for',
      { runs: [aRun('build')], statuses: [['ci/jenkins', 'failure']] },
      {},
      'passed',
      'green: build',
    ],
    [
      'statuses that are required',
      { runs: [aRun('build')], statuses: [['ci/jenkins', 'failure']] },
      { requireStatuses: true, checks: ['build'] },
      'failed',
      'not green: ci/jenkins (failure)',
    ],
    [
      'required statuses that are not there',
      { runs: [aRun('build')] },
      { requireStatuses: true },
      'pending',
      'waiting for a commit status (1 of 2 green)',
    ],
    [
      'many names',
      { runs: 'abcdefg'.split('').map((name) => aRun(name, 'failure')) },
      {},
      'failed',
      'not green: a (failure), b (failure), c (failure), d (failure), e (failure) and 2 more',
    ],
  ] as [string, World, Record<string, unknown>, string, string][])(
    'decides on %s',
    async (_name, world, settings, state, detail) => {
      githubHas(world);
      expect(await verify(settings)).toMatchObject({ state, detail });
    },
  );

  it.each(['queued', 'in_progress', 'waiting', 'requested', 'pending'])(
    'waits while a run is %s',
    async (status) => {
      githubHas({ runs: [aRun('test', null, { status })] });
      expect(await verify({ checks: ['test'] })).toMatchObject({ state: 'pending' });
    },
  );

  it.each(['failure', 'cancelled', 'timed_out', 'action_required', 'stale', 'startup_failure'])(
    'takes %s for final',
    async (conclusion) => {
      githubHas({ runs: [aRun('test', conclusion)] });
      expect(await verify()).toMatchObject({
        state: 'failed',
        url: 'https://github.com/acme/shop/runs/test',
      });
    },
  );

  it('takes an unknown commit for failed, and says what to do', async () => {
    githubHas({});
    const other = 'd'.repeat(40);
    expect(await verify({}, { commit: other })).toEqual({
      state: 'failed',
      detail: `acme/shop has no commit ${other}; push it, let CI run, and release it again`,
    });
  });

  it('needs no right to read statuses unless they are required', async () => {
    const statusAnswer = json({ message: 'Resource not accessible by personal access token' }, 403);
    githubHas({ runs: [aRun('build')], statusAnswer });
    const checks = ['build', 'test'];
    expect(await verify({ checks })).toMatchObject({ state: 'pending' });
    await expect(verify({ checks, requireStatuses: true })).rejects.toMatchObject({
      code: 'provider_refused',
    });
  });

  it('prefers the repository of the settings', async () => {
    githubHas({ runs: [aRun('build')] });
    const settings = { repository: 'acme/shop' };
    expect(await verify(settings, { repository: 'other/fork' })).toMatchObject({ state: 'passed' });
  });

  it.each([
    ['https://api.github.com', 'https://github.com'],
    ['https://api.github.com/', 'https://github.com'],
    ['https://ghe.example.com/api/v3/', 'https://ghe.example.com'],
  ])('knows the page for people behind %s', (url, site) => {
    expect(commitPage(url, 'acme/shop', commit)).toBe(`${site}/acme/shop/commit/${commit}/checks`);
  });

  it.each([
    ['no commit', { commit: undefined }, 'provider_refused', 'it has no commit'],
    ['a branch', { commit: 'main' }, 'provider_refused', 'its commit is "main"'],
    ['a short SHA', { commit: commit.slice(0, 7) }, 'provider_refused', 'full 40-digit SHA'],
    ['no repository', { repository: undefined }, 'settings_invalid', 'names no repository'],
    ['a path', { repository: '../../user' }, 'settings_invalid', 'names no repository'],
    ['a way out', { repository: '../user' }, 'settings_invalid', 'names no repository'],
  ])('refuses a version with %s', async (_name, more, code, message) => {
    githubHas({ runs: [aRun('build')] });
    await expect(verify({}, more)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
    expect(stub.requests).toHaveLength(0);
  });

  it('tries a passing trouble once more by itself', async () => {
    stub.answerWith(() =>
      stub.requests.length === 1
        ? json({ message: 'Server Error' }, 500)
        : json({ total_count: 1, check_runs: [aRun('build')] }),
    );
    expect(await verify()).toMatchObject({ state: 'passed' });
    expect(stub.requests).toHaveLength(2);
  });

  it('waits for a short rate limit by itself, but not once it is cancelled', async () => {
    const controller = new AbortController();
    stub.answerWith(() => {
      setTimeout(() => controller.abort(new Error('enough')), 20);
      const message = 'You have exceeded a secondary rate limit.';
      return json({ message }, 403, { 'retry-after': '5' });
    });
    const asked = open().verify(version, aContext(controller.signal));
    const first = await Promise.race([
      asked.catch((error: Error) => error.message),
      sleep(3_000, 'the limit is waited for'),
    ]);
    expect(first).toBe('enough');
    expect(stub.requests).toHaveLength(1);
  });

  it('keeps the token out of errors', async () => {
    stub.answerWith(json({ message: 'Bad credentials' }, 401));
    const error: unknown = await verify().catch((thrown: unknown) => thrown);
    expect(String(error)).toContain('Bad credentials');
    expect(JSON.stringify(error) + String(error)).not.toContain('ghp_');
  });

  it.each([
    [{ repository: 'acme' }, 'repository'],
    [{ checks: [] }, 'checks'],
    [{ check: ['a'] }, ''],
    [{ accept: ['failure'] }, 'accept.0'],
  ])('refuses the settings %j', (settings, path) => {
    const result = githubChecks.settings.safeParse(settings);
    expect(result.error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
  });
});
