/** Steady real traffic through the router, counted by the version that answered. */

import { Agent, request } from 'node:http';

export interface Count {
  requests: number;
  failed: number;
}

export interface Traffic {
  /** By version; what no version answered is under the empty name. */
  counts(): Record<string, Count>;
  /** Epoch milliseconds of the first answer of this version that failed; null when there is none. */
  firstFailure(version: string): number | null;
  stop(): Promise<void>;
}

/** Requests a second. */
const usualRate = 200;
/** One in so many comes from a loyal customer. */
const loyalEvery = 6;
const tickMs = 25;
const timeoutMs = 5000;

/** An open loop: the rate stays the same however slow the answers are. Ends with `stop`. */
export function startTraffic(port: number, requestRate = usualRate): Traffic {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const counts: Record<string, Count> = {};
  const failures = new Map<string, number>();
  let sent = 0;
  let open = 0;

  function finish(version: string, ok: boolean): void {
    open -= 1;
    const count = (counts[version] ??= { requests: 0, failed: 0 });
    count.requests += 1;
    if (ok) return;
    count.failed += 1;
    if (!failures.has(version)) failures.set(version, Date.now());
  }

  function send(): void {
    sent += 1;
    open += 1;
    const customer = sent % loyalEvery === 0 ? 'loyal' : 'guest';
    const body = JSON.stringify({ customer, item: 'tea' });
    const headers = { 'content-type': 'application/json', 'content-length': body.length };
    const options = {
      port,
      host: '127.0.0.1',
      agent,
      method: 'POST',
      path: '/checkout',
      headers,
      timeout: timeoutMs,
    };
    let answered = false;
    const outgoing = request(options, (answer) => {
      answered = true;
      const version = String(answer.headers['x-crescendo-version'] ?? '');
      answer.resume();
      answer.once('close', () => finish(version, (answer.statusCode ?? 0) < 500));
    });
    outgoing.once('timeout', () => outgoing.destroy(new Error('timeout')));
    outgoing.once('error', () => {
      if (!answered) finish('', false);
    });
    outgoing.end(body);
  }

  // Late ticks send what is due: a busy machine must not lower the rate.
  const began = Date.now();
  const timer = setInterval(() => {
    const due = Math.floor(((Date.now() - began) / 1000) * requestRate);
    while (sent < due && open < 500) send();
    if (sent < due) sent = due;
  }, tickMs);

  return {
    counts: () => structuredClone(counts),
    firstFailure: (version) => failures.get(version) ?? null,
    async stop() {
      clearInterval(timer);
      agent.destroy();
    },
  };
}

/** What came in between two counts. */
export function since(
  before: Record<string, Count>,
  after: Record<string, Count>,
): Record<string, Count> {
  const entries = Object.entries(after).map(([version, { requests, failed }]): [string, Count] => [
    version,
    {
      requests: requests - (before[version]?.requests ?? 0),
      failed: failed - (before[version]?.failed ?? 0),
    },
  ]);
  return Object.fromEntries(entries.filter(([, count]) => count.requests > 0));
}
