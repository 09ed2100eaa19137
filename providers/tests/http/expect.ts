/** Compares an HTTP answer with what was expected of it. */

import { isDeepStrictEqual } from 'node:util';
import type { HttpAnswer } from '../../http.ts';
import type { Expectations } from './schema.ts';

/** What was found instead of an expected thing; null when the expectation is met. */
export type Problem = string | null;

/** One entry per expectation that applies, in the order they are written. */
export function examine(answer: HttpAnswer, tookMs: number, expected: Expectations): Problem[] {
  const problems = [examineStatus(answer.status, expected.status)];
  if (expected.body) problems.push(examineBody(answer.text, expected.body.contains));
  problems.push(...examineJson(answer.text, expected.json));
  if (expected.maxMs !== undefined) problems.push(examineTime(tookMs, expected.maxMs));
  return problems;
}

function examineStatus(status: number, expected: number | number[]): Problem {
  const allowed = [expected].flat();
  return allowed.includes(status) ? null : `status is ${status}, not ${allowed.join(' or ')}`;
}

function examineBody(text: string, contains: string): Problem {
  return text.includes(contains) ? null : `the body does not contain "${contains}"`;
}

function examineTime(tookMs: number, maxMs: number): Problem {
  return tookMs <= maxMs ? null : `it took ${Math.round(tookMs)} ms, more than ${maxMs} ms`;
}

function examineJson(text: string, expected: Record<string, unknown>): Problem[] {
  const paths = Object.entries(expected);
  if (paths.length === 0) return [];
  const document = parseJson(text);
  if (document === undefined) return paths.map(([path]) => `${path}: the body is not JSON`);
  return paths.map(([path, value]) => {
    const found = findValue(document, path);
    return isDeepStrictEqual(found, value) ? null : `${path} is ${show(found)}, not ${show(value)}`;
  });
}

/** The value at a JSON pointer (RFC 6901) or a dotted path; undefined when nothing is there. */
export function findValue(document: unknown, path: string): unknown {
  let value = document;
  for (const key of toKeys(path)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

function toKeys(path: string): string[] {
  if (path === '') return [];
  if (!path.startsWith('/')) return path.split('.');
  const keys = path.slice(1).split('/');
  return keys.map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function show(value: unknown): string {
  return value === undefined ? 'missing' : JSON.stringify(value).slice(0, 200);
}
