import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { covers, digestOf, readTokens } from './tokens.ts';

const read = (several: string) => readTokens({ single: undefined, several, file: undefined });

describe('api/tokens.ts', () => {
  it('reads roles and scopes, and keeps digests only', () => {
    const tokens = read(
      `[{ "actor": "jane", "token": "one", "roles": ["qa"], "scopes": ["read", "approve"] },
        { "actor": "ci", "sha256": "${digestOf('two')}" }]`,
    );
    expect(tokens).toEqual([
      { actor: 'jane', sha256: digestOf('one'), roles: ['qa'], scopes: ['read', 'approve'] },
      { actor: 'ci', sha256: digestOf('two'), roles: [], scopes: ['admin'] },
    ]);
    expect(JSON.stringify(tokens)).not.toMatch(/"one"|"two"/);
  });

  it('reads a file, in YAML', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tokens-'));
    try {
      const file = join(folder, 'tokens.yaml');
      writeFileSync(file, '- { actor: jane, token: one, scopes: [release] }\n');
      const tokens = readTokens({ single: 'main', several: 'bot:three', file });
      expect(tokens.map(({ actor, scopes }) => [actor, scopes])).toEqual([
        ['operator', ['admin']],
        ['bot', ['admin']],
        ['jane', ['release']],
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it.each([
    ['[{ "actor": "jane" }]', /CRESCENDO_TOKENS: 0: give either/],
    ['[{ "actor": "jane", "token": "a", "sha256": "b" }]', /sha256/],
    ['[{ "actor": "jane", "token": "hunter2", "scopes": ["root"] }]', /scopes/],
    ['[{ "actor": "jane", "token": "hunter2", "rolls": [] }]', /rolls/],
    ['[hunter2: {', /neither YAML nor JSON/],
  ])('refuses %s and says no token', (text, expected) => {
    expect(() => read(text)).toThrow(expected);
    expect(() => read(text)).toThrow(/^(?!.*hunter2)/);
  });

  it('refuses a file that is not there', () => {
    const file = '/nowhere/tokens.yaml';
    expect(() => readTokens({ single: undefined, several: undefined, file })).toThrow(
      'CRESCENDO_TOKENS_FILE: /nowhere/tokens.yaml cannot be read: ENOENT',
    );
  });

  it.each([
    [['admin'], ['release'], true],
    [['release'], ['release', 'approve'], true],
    [['approve'], ['release'], false],
    [['approve'], ['read'], true],
    [['read'], ['admin'], false],
    [['release', 'approve'], ['admin'], false],
  ] as const)('%j is enough for %j: %s', (scopes, needed, expected) => {
    expect(covers(scopes, needed)).toBe(expected);
  });
});
