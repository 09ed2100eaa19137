/** The API for tests: real settings, a journal in memory, requests without a port. */

import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import { createApi } from '../../api/server.ts';
import { readConfig, type ApiConfig } from '../../api/config.ts';
import type { ClosableReader } from '../../api/journal.module.ts';
import { CrescendoError } from '../../domain/errors.ts';

export interface TestApi {
  app: NestFastifyApplication;
  config: ApiConfig;
  /** Everything that was logged, one line each. */
  logged: string[];
  /** As the first actor when there are tokens. */
  send(method: Method, path: string, options?: Sent): Promise<Answer>;
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  close(): Promise<void>;
}

type Method = 'GET' | 'POST' | 'PUT' | 'HEAD' | 'OPTIONS' | 'DELETE';

interface Sent {
  headers?: Record<string, string>;
  /** Text is sent as it is; anything else as JSON. */
  body?: unknown;
}

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | number | undefined>;
  text: string;
  /** The body, parsed; throws when it is no JSON. */
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of any shape
  json: () => any;
}

export interface TestApiOptions {
  /** Environment variables, as a person would set them. */
  environment?: Record<string, string>;
  journal?: ClosableReader;
  consoleDirectory?: string;
}

/** Without options there is nothing behind it: no journal and no Temporal. */
export async function openTestApi(options: TestApiOptions = {}): Promise<TestApi> {
  const logged: string[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void logged.push(line) });
  const config = readConfig({ TEMPORAL_ADDRESS: '127.0.0.1:1', ...options.environment });
  const journal = options.journal ?? absentJournal;
  const app = await createApi({ config, journal, log }, options.consoleDirectory ?? '/nowhere');
  const { CRESCENDO_TOKEN, CRESCENDO_TOKENS } = options.environment ?? {};
  const token = CRESCENDO_TOKEN ?? /^[^[:]+:([^,]+)/.exec(CRESCENDO_TOKENS ?? '')?.[1];
  const credentials: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
  const send: TestApi['send'] = async (method, path, { headers: own = {}, body } = {}) => {
    const headers = { ...credentials, ...own };
    const isText = typeof body === 'string' || Buffer.isBuffer(body) || body === undefined;
    const answer = await app.inject({
      method,
      url: path,
      headers: isText ? headers : { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { payload: isText ? body : JSON.stringify(body) }),
    });
    const { statusCode, payload } = answer;
    const parse = () => JSON.parse(payload) as unknown;
    return { status: statusCode, headers: answer.headers, text: payload, json: parse };
  };
  return {
    app,
    config,
    logged,
    send,
    get: (path, headers = {}) => send('GET', path, { headers }),
    post: (path, body, headers = {}) => send('POST', path, { body, headers }),
    close: () => app.close(),
  };
}

const away = () =>
  Promise.reject(new CrescendoError('journal_unavailable', 'PostgreSQL at nowhere: ECONNREFUSED'));

/** A journal whose database does not answer. */
export const absentJournal: ClosableReader = {
  listReleases: away,
  readProgress: away,
  readEntries: away,
  entriesAfter: away,
  readOverrides: away,
  lastPosition: away,
  readMeasurements: away,
  releasesVerifying: away,
  ping: away,
  close: () => Promise.resolve(),
};
