import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { describeMetricSource } from '../../../test/contracts/metric-source.ts';
import { aContext } from '../../../test/support/call-context.ts';
import type { MetricQuery } from '../contract.ts';
import { command } from './index.ts';

const to = 1_700_000_060_000;
const range = { from: to - 60_000, to, step: 5_000 };
/** A command line of its own, so that it can be found among all processes. */
const nap = `${process.pid % 1_000}.${Date.now() % 100_000}9`;

function open(connection: Record<string, unknown> = {}) {
  return command.create({}, command.connection.parse(connection));
}

function script(text: string): string {
  return JSON.stringify(['sh', '-c', text]);
}

function print(value: unknown): string {
  return JSON.stringify(['printf', '%s', JSON.stringify(value)]);
}

function ask(query: string, connection = {}, more: Partial<MetricQuery> = {}) {
  return open(connection).query({ ...range, query, ...more }, aContext());
}

const point = (value: number) => ({
  kind: 'points',
  series: [{ labels: {}, points: [[to, value]] }],
});

describeMetricSource({
  vendor: 'command',
  open: (timeoutMs) => open({ timeoutMs, env: { API_KEY: 'not-for-your-eyes' } }),
  unreachable: () => open({ cwd: '/no/such/folder' }),
  secret: 'not-for-your-eyes',
  range,
  questions: {
    points: { query: '[echo, "0.25"]', series: [{ labels: {}, points: [[to, 0.25]] }] },
    severalSeries: {
      query: print([
        { labels: { code: '500' }, value: 1 },
        { labels: { code: '502' }, points: [[to, 2]] },
      ]),
      series: [
        { labels: { code: '500' }, points: [[to, 1]] },
        { labels: { code: '502' }, points: [[to, 2]] },
      ],
    },
    partlyNotANumber: {
      query: print([null, 'NaN', 3]),
      series: [{ labels: {}, points: [[to, 3]] }],
    },
    empty: '["true"]',
    notANumber: '[echo, NaN]',
    wrong: {
      'a text': '[echo, fine]',
      'a text that is a secret': script('echo "$API_KEY"'),
      'a log with a secret': script('echo "$API_KEY" >&2; exit 1'),
      'half a JSON': `[echo, '[{"value": 1}']`,
      'an object without a number': print({ up: true }),
      'exit code 1': '["false"]',
      'a program that is not there': '[no-such-program-here]',
      'a text in place of a list': 'echo 1',
      'an empty list': '[]',
      'a number among the words': '[echo, 1.10]',
      'what is no YAML': '[echo, "',
      'an output without end': script('yes 1'),
    },
    endless: JSON.stringify(['sh', '-c', `sleep 2${nap} & wait`]),
  },
  running: async () => {
    const lines = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).split('\n');
    return lines.filter((line) => line.trim() === `sleep 2${nap}`).length;
  },
});

describe('providers/metrics/command/index', () => {
  it('runs no shell', async () => {
    expect(await ask(`[printf, '%s', '$(echo 1)']`)).toMatchObject({ kind: 'error' });
    expect(await ask(`[printf, '%s', '1; rm -rf $HOME']`)).toMatchObject({ kind: 'error' });
  });

  it('tells the range in arguments and in the environment', async () => {
    const words = '{{from}} {{to.seconds}} {{step}} {{.Status}}';
    const text = `[ "$1" = '1700000000000 1700000060 5000ms {{.Status}}' ] &&
      [ "$CRESCENDO_FROM $CRESCENDO_TO_ISO $CRESCENDO_STEP_SECONDS" = \\
        '1700000000000 2023-11-14T22:14:20.000Z 5' ] && echo 7`;
    expect(await ask(JSON.stringify(['sh', '-c', text, 'sh', words]))).toEqual(point(7));
  });

  it('lets the command see the connection and little else', async () => {
    const query = script('[ -z "$VITEST" ] && [ "$TOKEN" = abc ] && [ "$PWD" = / ] && echo 1');
    expect(await ask(query, { env: { TOKEN: 'abc' }, cwd: '/' })).toEqual(point(1));
  });

  it.each([
    ['1', 1],
    ['  -2.5e3\n', -2500],
    ['.5', 0.5],
    ['"3"', 3],
  ])('reads %j', async (text, value) => {
    expect(await ask(JSON.stringify(['printf', '%s', text]))).toEqual(point(value));
  });

  it('does not take a warning on standard error for a value', async () => {
    expect(await ask(script('echo 99 >&2; echo 1'))).toEqual(point(1));
    const detail = 'the command printed nothing: 99';
    expect(await ask(script('echo 99 >&2'))).toEqual({ kind: 'noData', detail });
  });

  it('reads a history of many points, more than a log would keep', async () => {
    const points = Array.from({ length: 181 }, (_, index) => [to - index * 10_000, index]);
    const series = ['a', 'b', 'c'].map((name) => ({ labels: { name }, points }));
    const answer = await ask(print(series), {}, { from: to - 1_800_000, step: 10_000 });
    if (answer.kind !== 'points') throw new Error(JSON.stringify(answer));
    expect(answer.series.map((one) => one.points.length)).toEqual([181, 181, 181]);
  });

  it.each([
    ['exit code 75', script('echo later; exit 75'), 'the command exited with code 75: later'],
    ['a signal', script('kill -s KILL $$'), 'the command was ended by SIGKILL'],
  ])('says of %s that a retry may help', async (_name, query, detail) => {
    expect(await ask(query)).toEqual({ kind: 'error', detail, retryable: true });
  });

  it('ends the detail with the tail of the log', async () => {
    const detail = expect.stringMatching(/^the command exited with code 3: 0{499}7$/);
    expect(await ask(script('printf %02000d 7; exit 3'))).toMatchObject({ detail });
  });
});
