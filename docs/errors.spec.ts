import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { catalogue, type ErrorCode } from '../domain/errors.ts';

const page = readFileSync(new URL('errors.md', import.meta.url), 'utf8');
const sections = new Map(
  page
    .split(/^## /m)
    .slice(1)
    .map((section) => [section.split('\n', 1)[0]!, section]),
);
const codes = Object.keys(catalogue) as ErrorCode[];

describe('docs/errors', () => {
  it('has a section per code, in the order of the catalogue, and no other', () => {
    expect([...sections.keys()]).toEqual(codes);
  });

  it.each(codes)('says of %s what the catalogue says, and why it happens', (code) => {
    const { title, status, retryable, advice } = catalogue[code];
    const retry = retryable ? 'a retry may help' : 'a retry does not help';
    const [, first, why, last] = sections.get(code)!.trim().split('\n\n');
    expect(first).toBe(`${title}. HTTP ${status}; ${retry}.`);
    expect(why).toMatch(/^[A-Z].{30,}\.$/);
    expect(last).toBe(`**What to do:** ${advice}`);
  });
});
