/** Statistics at one moment, so that numbers which belong together are read together. */

import { request } from '../../http.ts';
import type { HttpAnswer } from '../../http.ts';

/**
 * Reads a URL. Questions of one caller (the same signal) that come while its answer is under way
 * share it: errors counted a moment after the requests could otherwise be more than those.
 */
export function createSnapshots(timeoutMs: number) {
  const underWay = new WeakMap<AbortSignal, Map<string, Promise<HttpAnswer>>>();
  return (url: string, signal: AbortSignal): Promise<HttpAnswer> => {
    const answers = underWay.get(signal) ?? new Map<string, Promise<HttpAnswer>>();
    underWay.set(signal, answers);
    const shared = answers.get(url);
    if (shared) return shared;
    const answer = request(url, { signal, timeoutMs }).finally(() => answers.delete(url));
    answers.set(url, answer);
    return answer;
  };
}
