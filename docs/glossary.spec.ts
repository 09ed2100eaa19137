import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { actions } from '../domain/actions.ts';
import { releaseStages } from '../domain/events.ts';
import { outcomes } from '../domain/release.ts';

const root = join(import.meta.dirname, '..');
const page = readFileSync(join(root, 'docs/glossary.md'), 'utf8');
const rows = [
  ...page.matchAll(/^\| (?<word>[^|]+?) +\| (?<meaning>[^|]+?) +\| (?<where>`[^|]+?) +\|$/gm),
].map((match) => match.groups as { word: string; meaning: string; where: string });

function rowOf(word: string): string {
  return rows.find((row) => row.word === word)?.meaning ?? '';
}

describe('docs/glossary', () => {
  it('explains every word once', () => {
    const words = rows.flatMap(({ word }) => word.split(', '));
    expect(words.length).toBeGreaterThan(50);
    expect(new Set(words).size).toBe(words.length);
  });

  it.each(rows)('$word is where it says: $where', ({ where }) => {
    const [, name, file] = /^(?:`(.+)` in )?`(.+)`$/.exec(where) ?? [];
    expect(existsSync(join(root, file!))).toBe(true);
    if (name) expect(readFileSync(join(root, file!), 'utf8')).toMatch(new RegExp(`\\b${name}\\b`));
  });

  it('lists actions, stages and outcomes as the code does', () => {
    expect(rowOf('action')).toContain(actions.join(', '));
    expect(rowOf('stage')).toContain(releaseStages.join(', '));
    expect(rowOf('outcome')).toContain(outcomes.join(', '));
  });
});
