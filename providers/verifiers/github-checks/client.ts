/** Asks GitHub about one commit: its check runs and its statuses, all pages of them. */

import { Octokit } from '@octokit/core';
import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';
import type { z } from 'zod';
import { CrescendoError } from '../../../domain/errors.ts';
import { joinUrl } from '../../http-settings.ts';
import { checkRunsSchema, combinedStatusSchema } from './schema.ts';
import type { CheckRun, CommitStatus, Connection } from './schema.ts';

/** Where the commit is, and who wants to know. */
export interface CommitQuery {
  /** `owner/name` */
  repository: string;
  commit: string;
  signal: AbortSignal;
}

export interface Github {
  /**
   * The latest run of every check; null when the repository has no such commit.
   * @throws CrescendoError provider_unavailable | provider_refused
   */
  checkRuns(query: CommitQuery): Promise<CheckRun[] | null>;
  /** @throws CrescendoError provider_unavailable | provider_refused */
  statuses(query: CommitQuery): Promise<CommitStatus[]>;
}

const pageSize = 100;
const maxPages = 30;
/** Longer limits are left to the caller, who asks again later anyway. */
const maxLimitWait = 5;

export function createGithub(connection: Connection): Github {
  const octokit = createOctokit(connection);

  async function list<Page, Item>(
    { repository, commit, signal }: CommitQuery,
    what: 'check-runs' | 'status',
    schema: z.ZodType<Page>,
    itemsOf: (page: Page) => Item[],
  ): Promise<Item[]> {
    const [owner, repo] = repository.split('/');
    const route = `GET /repos/{owner}/{repo}/commits/{ref}/${what}`;
    const shared = { owner, repo, ref: commit, filter: 'latest', per_page: pageSize };
    const items: Item[] = [];
    for (let page = 1; page <= maxPages; page += 1) {
      const asked = octokit.request(route, { ...shared, page, request: { signal } });
      const { data } = await orAborted(asked, signal);
      const found = itemsOf(parse(schema, data));
      items.push(...found);
      if (found.length < pageSize) return items;
    }
    const message = `${repository} has more than ${maxPages * pageSize} ${what} on ${commit}`;
    throw new CrescendoError('provider_refused', message);
  }

  return {
    async checkRuns(query) {
      try {
        const runs = await list(query, 'check-runs', checkRunsSchema, (page) => page.check_runs);
        return runs.filter((run) => run.head_sha === query.commit);
      } catch (error) {
        if (isUnknownCommit(error)) return null;
        throw toCrescendoError(error, query);
      }
    },
    async statuses(query) {
      try {
        return await list(query, 'status', combinedStatusSchema, (page) =>
          page.sha === query.commit ? page.statuses : [],
        );
      } catch (error) {
        throw toCrescendoError(error, query);
      }
    },
  };
}

/** The page for people behind an API address; GitHub Enterprise Server has its API under /api/v3. */
export function commitPage(url: string, repository: string, commit: string): string {
  const base = url.replace(/^https:\/\/api\.github\.com\/?$/, 'https://github.com');
  return joinUrl(base.replace(/\/api\/v3\/?$/, ''), `/${repository}/commit/${commit}/checks`);
}

function createOctokit({ url, token, timeoutMs }: Connection): Octokit {
  const Client = Octokit.plugin(retry, throttling);
  return new Client({
    baseUrl: joinUrl(url, ''),
    ...(token === undefined ? {} : { auth: token }),
    log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    request: { fetch: fetchWithin(timeoutMs) },
    retry: { retries: 1 },
    throttle: { id: url, onRateLimit: waitShortly, onSecondaryRateLimit: waitShortly },
  });
}

function waitShortly(seconds: number, _options: object, _octokit: Octokit, count: number): boolean {
  return seconds <= maxLimitWait && count === 0;
}

function ignore(): void {}

function fetchWithin(timeoutMs: number): typeof fetch {
  return (input, init) => {
    const signals = [AbortSignal.timeout(timeoutMs), ...(init?.signal ? [init.signal] : [])];
    return fetch(input, { ...init, signal: AbortSignal.any(signals) });
  };
}

/** The plugins cannot be woken while they wait, so the caller is let go without them. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason as Error);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

function parse<T>(schema: z.ZodType<T>, data: unknown): T {
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const shown = (JSON.stringify(data) ?? 'nothing').slice(0, 200);
  throw new CrescendoError('provider_unavailable', `GitHub's answer is not its format: ${shown}`);
}

interface RequestFailure extends Error {
  status: number;
  response?: { headers: Record<string, string | undefined> };
}

function isRequestFailure(error: unknown): error is RequestFailure {
  return error instanceof Error && 'status' in error && typeof error.status === 'number';
}

function isUnknownCommit(error: unknown): boolean {
  if (!isRequestFailure(error) || ![404, 422].includes(error.status)) return false;
  return /no commit found/i.test(error.message);
}

function toCrescendoError(error: unknown, { repository, signal }: CommitQuery): unknown {
  if (signal.aborted) return signal.reason;
  if (!isRequestFailure(error)) return error;
  const { status, message, response } = error;
  if (!response) return new CrescendoError('provider_unavailable', `GitHub: ${message}`, [], error);
  const answered = `GitHub answered ${status} for ${repository}: ${message}`;
  if (status === 408 || status >= 500 || isRateLimit(error)) {
    return new CrescendoError('provider_unavailable', answered, [], error);
  }
  const advice = status === 404 ? '; it does not exist, or the token may not see it' : '';
  return new CrescendoError('provider_refused', answered + advice, [], error);
}

function isRateLimit({ status, message, response }: RequestFailure): boolean {
  if (status === 429) return true;
  const spent = response?.headers['x-ratelimit-remaining'] === '0';
  return status === 403 && (spent || /rate limit/i.test(message));
}
