/** A check over HTTP: one request to the candidate, and what the answer must be like. */

import { setTimeout as sleep } from 'node:timers/promises';
import { CrescendoError } from '../../../domain/errors.ts';
import type { CallContext } from '../../call.ts';
import { joinUrl } from '../../http-settings.ts';
import { request } from '../../http.ts';
import { mask } from '../../mask.ts';
import type { Vendor } from '../../shelf.ts';
import type { TestReport, TestRunner, TestSubject } from '../contract.ts';
import { examine } from './expect.ts';
import { connectionSchema, settingsSchema } from './schema.ts';
import type { Connection, Settings } from './schema.ts';

const maxTail = 4_000;

export const http: Vendor<Settings, Connection, TestRunner> = {
  name: 'http',
  settings: settingsSchema,
  connection: connectionSchema,
  create: (settings, connection) => ({
    async run(subject, context) {
      const url = toUrl(settings.url, subject);
      for (let attempt = 1; ; attempt += 1) {
        const report = await tryOnce(url, settings, connection, context);
        if (report.passed || attempt >= settings.attempts) return report;
        context.progress(`attempt ${attempt} of ${settings.attempts}: ${report.detail}`);
        await pause(settings.pause, context.signal);
      }
    },
  }),
};

/** A path belongs to the candidate itself. */
function toUrl(text: string, subject: TestSubject): string {
  const url = text.startsWith('/') ? joinUrl(subject.candidate.endpoint.url, text) : text;
  if (URL.canParse(url) && /^https?:/.test(url)) return url;
  throw new CrescendoError('settings_invalid', `"${url}" is not an http or https URL`);
}

async function tryOnce(
  url: string,
  settings: Settings,
  connection: Connection,
  context: CallContext,
): Promise<TestReport> {
  const started = performance.now();
  try {
    const answer = await request(url, {
      method: settings.method,
      headers: { ...settings.headers, ...connection.headers },
      ...(settings.body === undefined ? {} : { body: settings.body }),
      signal: context.signal,
      timeoutMs: settings.timeout,
      redirect: 'manual',
    });
    const examined = examine(answer, performance.now() - started, settings.expect);
    const problems = examined.filter((problem) => problem !== null);
    const tail = mask(answer.text, Object.values(connection.headers)).slice(-maxTail);
    return report(settings, examined.length, problems, tail);
  } catch (error) {
    context.signal.throwIfAborted();
    // The candidate not answering is what the check is there to find.
    if (error instanceof CrescendoError) return report(settings, 1, [error.message], '');
    throw error;
  }
}

function report(
  settings: Settings,
  total: number,
  problems: string[],
  logTail: string,
): TestReport {
  const call = `${settings.method} ${settings.url}`;
  const passed = problems.length === 0;
  return {
    passed,
    total,
    failed: problems.length,
    failures: problems.slice(0, 20),
    detail: passed ? `${call} is as expected` : `${call}: ${problems.join('; ')}`,
    logTail,
  };
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {});
  signal.throwIfAborted();
}
