import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aNotice, describeNotifier } from '../../../test/contracts/notifier.ts';
import { aContext } from '../../../test/support/call-context.ts';
import { startHttpStub, type HttpStub, type StubAnswer } from '../../../test/support/http-stub.ts';
import { verifySignature, webhook } from './index.ts';

const secret = 'sixteen-characters-or-more';

let stub: HttpStub;
beforeAll(async () => {
  stub = await startHttpStub();
});
afterAll(() => stub.close());
beforeEach(() => {
  stub.requests.length = 0;
});

function open(settings: Record<string, unknown> = {}, connection: Record<string, unknown> = {}) {
  const full = { url: `${stub.url}/hooks/crescendo`, secret, ...connection };
  return webhook.create(webhook.settings.parse(settings), webhook.connection.parse(full));
}

function answering(answer: StubAnswer, connection?: Record<string, unknown>) {
  return () => {
    stub.answerWith(answer);
    return open({}, connection);
  };
}

describeNotifier({
  vendor: 'webhook',
  working: answering({ status: 204 }),
  told: () => stub.requests.map(({ body }) => body),
  unavailable: {
    'server error': answering({ status: 500 }),
    'not now': answering({ status: 503 }),
    'too many requests': answering({ status: 429, headers: { 'retry-after': '7' } }),
    'no answer in time': answering({ trouble: 'hang' }, { timeoutMs: 100 }),
    'half an answer': answering({ body: 'o', trouble: 'cut' }),
    'nobody there': answering({}, { url: 'http://127.0.0.1:9' }),
  },
  refused: {
    'bad request': answering({ status: 400 }),
    'wrong secret': answering({ status: 401 }),
    'no such hook': answering({ status: 404 }),
    gone: answering({ status: 410 }),
  },
  endless: answering({ trouble: 'hang' }),
});

describe('providers/notifiers/webhook/index', () => {
  it('posts the notice as it is, with what a receiver needs to sort it', async () => {
    stub.answerWith({ status: 200 });
    await open().notify(aNotice(), aContext());
    expect(stub.requests).toHaveLength(1);
    expect(stub.requests[0]).toMatchObject({
      method: 'POST',
      path: '/hooks/crescendo',
      headers: {
        'content-type': 'application/json',
        'x-crescendo-event': 'rollback.verified',
        'x-crescendo-delivery': 'shop:7/12',
      },
    });
    expect(JSON.parse(stub.requests[0]!.body)).toEqual(aNotice());
  });

  it('signs time and body, so that a receiver can check both', async () => {
    stub.answerWith({ status: 200 });
    await open().notify(aNotice(), aContext());
    const { headers, body } = stub.requests[0]!;
    const message = {
      timestamp: headers['x-crescendo-timestamp'] as string,
      signature: headers['x-crescendo-signature'] as string,
      body,
    };
    expect(verifySignature(secret, message, Date.now())).toBe(true);
    expect(verifySignature(secret, { ...message, body: `${body} ` }, Date.now())).toBe(false);
    expect(body).not.toContain(secret);
  });

  it('does not sign without a secret', async () => {
    stub.answerWith({ status: 200 });
    await open({}, { secret: undefined }).notify(aNotice(), aContext());
    expect(stub.requests[0]?.headers['x-crescendo-signature']).toBeUndefined();
  });

  it.each([
    [['rollback.verified'], 1],
    [['rollback.*'], 1],
    [['*'], 1],
    [['release.*', 'rollback.verified'], 1],
    [['rollout'], 0],
    [['rollout.rolled'], 0],
    [['release.*'], 0],
  ])('of the events %j tells %d', async (events, count) => {
    stub.answerWith({ status: 200 });
    await open({ events }).notify(aNotice(), aContext());
    expect(stub.requests).toHaveLength(count);
  });

  it('keeps the secret and the path of the address out of errors', async () => {
    stub.answerWith({ status: 404, body: 'no such hook' });
    const error: unknown = await open()
      .notify(aNotice(), aContext())
      .catch((thrown: unknown) => thrown);
    expect(String(error)).toContain('answered 404: no such hook');
    expect(String(error)).not.toMatch(/hooks|sixteen/);
  });

  it.each([
    [webhook.settings, { events: [] }, 'events'],
    [webhook.settings, { events: ['Rollout'] }, 'events.0'],
    [webhook.connection, {}, 'url'],
    [webhook.connection, { url: 'http://x', secret: 'short' }, 'secret'],
  ])('refuses %#', (schema, value, path) => {
    const issues = schema.safeParse(value).error?.issues;
    expect(issues?.map((issue) => issue.path.join('.'))).toEqual([path]);
  });
});
