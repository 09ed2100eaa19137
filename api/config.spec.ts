import { describe, expect, it } from 'vitest';
import { isLoopback, readConfig } from './config.ts';
import { digestOf } from './tokens.ts';

describe('api/config.ts', () => {
  it('needs nothing', () => {
    expect(readConfig({})).toMatchObject({
      host: '127.0.0.1',
      port: 8080,
      databaseUrl: null,
      temporal: { namespace: 'default' },
      temporalDeadline: 10_000,
      temporalUi: null,
      publicUrl: null,
      tokens: [],
      githubWebhookSecret: null,
      logLevel: 'info',
    });
  });

  it('reads everything', () => {
    const config = readConfig({
      CRESCENDO_API_HOST: '0.0.0.0',
      CRESCENDO_API_PORT: '9000',
      DATABASE_URL: 'postgres://db/crescendo',
      TEMPORAL_ADDRESS: 'temporal:7233',
      TEMPORAL_NAMESPACE: 'releases',
      CRESCENDO_TEMPORAL_UI: 'https://temporal.example/',
      CRESCENDO_PUBLIC_URL: 'https://crescendo.example/base/',
      CRESCENDO_TOKEN: 'secret',
      CRESCENDO_TOKENS: 'jane:one, bot:two:three',
      CRESCENDO_GITHUB_WEBHOOK_SECRET: 'hook',
      CRESCENDO_LOG_LEVEL: 'debug',
    });

    expect(config).toMatchObject({
      host: '0.0.0.0',
      port: 9000,
      databaseUrl: 'postgres://db/crescendo',
      temporal: { namespace: 'releases', connection: { address: 'temporal:7233' } },
      temporalUi: 'https://temporal.example',
      publicUrl: 'https://crescendo.example/base',
      tokens: [
        { actor: 'operator', sha256: digestOf('secret'), scopes: ['admin'] },
        { actor: 'jane', sha256: digestOf('one'), scopes: ['admin'] },
        { actor: 'bot', sha256: digestOf('two:three'), scopes: ['admin'] },
      ],
      githubWebhookSecret: 'hook',
      logLevel: 'debug',
    });
  });

  it('takes empty variables for unset ones', () => {
    expect(readConfig({ CRESCENDO_TOKEN: '', CRESCENDO_API_PORT: '' })).toMatchObject({
      tokens: [],
      port: 8080,
    });
  });

  it.each([
    [{ CRESCENDO_API_PORT: 'http' }, /CRESCENDO_API_PORT/],
    [{ CRESCENDO_API_PORT: '70000' }, /CRESCENDO_API_PORT/],
    [
      { CRESCENDO_PUBLIC_URL: 'crescendo.example' },
      /CRESCENDO_PUBLIC_URL: must be an http or https URL/,
    ],
    [{ CRESCENDO_TEMPORAL_UI: 'file:///etc/passwd' }, /CRESCENDO_TEMPORAL_UI/],
    [{ CRESCENDO_LOG_LEVEL: 'loud' }, /CRESCENDO_LOG_LEVEL/],
    [{ CRESCENDO_TOKENS: 'jane:one,bot' }, /entry 2 is not of the form name:token/],
    [{ CRESCENDO_TOKENS: 'jane:same,bot:same' }, /two actors have the same token/],
    [{ CRESCENDO_API_HOST: '0.0.0.0' }, /CRESCENDO_API_HOST is 0\.0\.0\.0.*set CRESCENDO_TOKEN/],
    [{ CRESCENDO_API_HOST: '::' }, /set CRESCENDO_TOKEN/],
    [{ CRESCENDO_API_HOST: '192.168.1.2' }, /set CRESCENDO_TOKEN/],
  ])('refuses %j', (environment, message) => {
    expect(() => readConfig(environment as NodeJS.ProcessEnv)).toThrow(message);
  });

  it('never says a token', () => {
    expect(() => readConfig({ CRESCENDO_TOKENS: 'hunter2' })).toThrow(/^(?!.*hunter2)/);
  });

  it.each([
    ['127.0.0.1', true],
    ['127.8.8.8', true],
    ['::1', true],
    ['localhost', true],
    ['127.0.0.1.example.com', false],
    ['10.0.0.1', false],
    ['0.0.0.0', false],
  ])('%s is only for this machine: %s', (host, expected) => {
    expect(isLoopback(host)).toBe(expected);
  });
});
