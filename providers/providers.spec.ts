import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import type { ProviderReference } from '../domain/release.ts';
import { createConnections } from './connections.ts';
import { createProviders } from './index.ts';
import { metricProviders } from './metrics/index.ts';
import { notifiers } from './notifiers/index.ts';
import { routers } from './routers/index.ts';
import { checkSettings, type ProviderKind } from './schemas.ts';
import { targets } from './targets/index.ts';
import { testRunners } from './tests/index.ts';
import { verifiers } from './verifiers/index.ts';

const kinds: { folder: string; names: string[]; kind: ProviderKind | null }[] = [
  { folder: 'targets', names: targets.names, kind: 'target' },
  { folder: 'routers', names: routers.names, kind: 'router' },
  { folder: 'metrics', names: metricProviders.names, kind: null },
  { folder: 'verifiers', names: verifiers.names, kind: 'verifier' },
  { folder: 'tests', names: testRunners.names, kind: 'test' },
  { folder: 'notifiers', names: notifiers.names, kind: 'notifier' },
];
const vendors = kinds.flatMap(({ folder, names, kind }) =>
  names.map((name) => ({ folder, name, kind, path: join(import.meta.dirname, folder, name) })),
);

function foldersIn(path: string): string[] {
  const entries = readdirSync(path, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

/** The YAML blocks of a readme, parsed; connections files left out. */
function examplesIn(readme: string): unknown[] {
  const blocks = [...readme.matchAll(/```yaml\n(.*?)```/gs)].map(([, block]) => parseYaml(block!));
  return blocks.filter((block) => !Object.hasOwn(block as object, 'connections'));
}

/** Every mapping under the key `name`, at any depth. */
function settingsNamed(name: string, value: unknown): Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const isSettings = key === name && typeof item === 'object' && item !== null;
    return isSettings ? [item as Record<string, unknown>] : settingsNamed(name, item);
  });
}

function aCheck(repository: string): ProviderReference {
  return { vendor: 'github-checks', settings: { repository } };
}

describe('providers', () => {
  it.each(kinds)(
    'has every folder of $folder on its shelf, and nothing else',
    ({ folder, names }) => {
      expect(names.length).toBeGreaterThan(0);
      expect(new Set(foldersIn(join(import.meta.dirname, folder)))).toEqual(new Set(names));
    },
  );

  it('has no kind that is not looked at here', () => {
    const known = new Set(kinds.map((kind) => kind.folder));
    expect(new Set(foldersIn(import.meta.dirname))).toEqual(known);
  });

  it.each(vendors)('has all files of $folder/$name', ({ path }) => {
    const files = ['index.ts', 'schema.ts', 'readme.md', 'index.spec.ts'];
    expect(files.filter((file) => !existsSync(join(path, file)))).toEqual([]);
  });

  it.each(vendors)('runs the conformance test of $folder/$name', ({ path }) => {
    expect(readFileSync(join(path, 'index.spec.ts'), 'utf8')).toContain('test/contracts/');
  });

  it.each(vendors)('explains $folder/$name by an example that works', ({ kind, name, path }) => {
    const examples = examplesIn(readFileSync(join(path, 'readme.md'), 'utf8'));
    if (!kind) {
      expect(JSON.stringify(examples)).toContain(`"from":"${name}"`);
      return;
    }
    const found = settingsNamed(name, examples);
    expect(found.length).toBeGreaterThan(0);
    for (const settings of found) checkSettings(kind, { vendor: name, settings });
  });
});

describe('providers/schemas', () => {
  it.each(['target', 'router', 'verifier', 'test', 'notifier'] as const)(
    'knows the %ss that there are, and no others',
    (kind) => {
      const check = () => checkSettings(kind, { vendor: 'abacus', settings: {} });
      expect(check).toThrow(/is called "abacus"; there are: \w+/);
    },
  );

  it('names the field that is wrong', () => {
    const reference = { vendor: 'http', settings: { url: '/', expect: { status: 'ok' } } };
    const check = () => checkSettings('test', reference);
    expect(check).toThrow(
      expect.objectContaining({
        code: 'settings_invalid',
        fields: [{ path: 'expect.status', message: expect.any(String) }],
      }),
    );
  });

  it('lets a specification name a connection', () => {
    const settings = { connection: 'our-github', repository: 'acme/shop' };
    expect(() => checkSettings('verifier', { vendor: 'github-checks', settings })).not.toThrow();
  });
});

describe('providers/index', () => {
  const entries = {
    metrics: { vendor: 'prometheus', url: 'http://127.0.0.1:9' },
    rotated: { vendor: 'webhook', url: 'http://127.0.0.1:9', secret: { env: 'ROTATED' } },
  };

  it('opens a provider once per reference', () => {
    const providers = createProviders(createConnections(entries));
    const one = providers.verifier(aCheck('acme/shop'));
    expect(providers.verifier(aCheck('acme/shop'))).toBe(one);
    expect(providers.verifier(aCheck('acme/cart'))).not.toBe(one);
    expect(providers.metrics('metrics')).toBe(providers.metrics('metrics'));
  });

  it('opens it anew when its credentials have changed', () => {
    const environment = { ROTATED: 'first-secret-value' };
    const providers = createProviders(createConnections(entries, environment));
    const reference = { vendor: 'webhook', settings: { connection: 'rotated' } };
    const one = providers.notifier(reference);
    expect(providers.notifier(reference)).toBe(one);
    environment.ROTATED = 'second-secret-value';
    expect(providers.notifier(reference)).not.toBe(one);
  });

  it('does not keep what could not be opened', () => {
    const environment: NodeJS.ProcessEnv = {};
    const providers = createProviders(createConnections(entries, environment));
    const open = () =>
      providers.notifier({ vendor: 'webhook', settings: { connection: 'rotated' } });
    expect(open).toThrow(expect.objectContaining({ code: 'connection_invalid' }));
    environment['ROTATED'] = 'a-secret-at-last';
    expect(open()).toHaveProperty('notify');
  });

  it('keeps no more than it can use', () => {
    const providers = createProviders(createConnections(entries));
    const open = (index: number) =>
      providers.testRunner({ vendor: 'http', settings: { url: `/${index}` } });
    const first = open(0);
    for (let index = 1; index < 500; index += 1) open(index);
    expect(open(0)).toBe(first);
    open(500);
    expect(open(0)).not.toBe(first);
  });

  it.each([
    [
      'an unknown connection',
      () => ({ vendor: 'log', settings: { connection: 'no' } }),
      'connection_unknown',
    ],
    ['an unknown vendor', () => ({ vendor: 'pigeon', settings: {} }), 'provider_unknown'],
    ['wrong settings', () => ({ vendor: 'log', settings: { level: 1 } }), 'settings_invalid'],
    [
      'a connection that lacks something',
      () => ({ vendor: 'webhook', settings: {} }),
      'connection_invalid',
    ],
  ])('says what is wrong with %s', (_name, reference, code) => {
    const providers = createProviders(createConnections(entries));
    expect(() => providers.notifier(reference())).toThrow(expect.objectContaining({ code }));
  });
});
