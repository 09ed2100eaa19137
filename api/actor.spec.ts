import type { FastifyRequest } from 'fastify';
import { describe, expect, it } from 'vitest';
import { identify } from './actor.ts';
import { readTokens } from './tokens.ts';

function request(headers: Record<string, string>): FastifyRequest {
  return { headers } as unknown as FastifyRequest;
}

const tokens = readTokens({
  single: 'one',
  several: '[{ "actor": "jane", "token": "two", "roles": ["qa"], "scopes": ["approve"] }]',
  file: undefined,
});

describe('api/actor.ts', () => {
  it.each([
    [
      'the token says who',
      { authorization: 'Bearer two' },
      { id: 'jane', channel: 'api', roles: ['qa'] },
    ],
    [
      'and nothing else does',
      { authorization: 'Bearer one', 'x-crescendo-actor': 'root' },
      { id: 'operator', channel: 'api' },
    ],
    [
      'the command line says that it is one',
      { authorization: 'Bearer one', 'x-crescendo-channel': 'cli' },
      { id: 'operator', channel: 'cli' },
    ],
    [
      'so does the console',
      { authorization: 'Bearer one', 'x-crescendo-channel': 'web' },
      { id: 'operator', channel: 'web' },
    ],
    [
      'nobody says that they are Crescendo itself',
      { authorization: 'Bearer one', 'x-crescendo-channel': 'policy' },
      { id: 'operator', channel: 'api' },
    ],
  ])('with tokens: %s', (_, headers, expected) => {
    expect(identify(request(headers as Record<string, string>), tokens).actor).toEqual(expected);
  });

  it.each([
    [{}, 'anonymous'],
    [{ 'x-crescendo-actor': '' }, 'anonymous'],
    [{ 'x-crescendo-actor': ' jane ' }, 'jane'],
  ])('without tokens, %j is %s', (headers, id) => {
    expect(identify(request(headers as Record<string, string>), [])).toEqual({
      actor: { id, channel: 'api' },
      scopes: ['read', 'release', 'approve', 'admin'],
    });
  });

  it.each(['   ', 'x'.repeat(101), 'jane\u0007', 'j\u00e4ne'])(
    'refuses to be called %j',
    (name) => {
      expect(() => identify(request({ 'x-crescendo-actor': name }), [])).toThrow(
        'x-crescendo-actor',
      );
    },
  );
});
