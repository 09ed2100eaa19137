import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { actions } from '../domain/actions.ts';
import { specJsonSchema } from '../domain/spec.ts';
import { createConnections } from '../providers/connections.ts';
import { createProviders } from '../providers/index.ts';
import { parseSpecification } from '../specification/parse.ts';

const root = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const inFolder = (folder: string) =>
  readdirSync(join(root, folder)).map((name) => (folder === '.' ? name : `${folder}/${name}`));
const pages = ['.', 'docs', 'docs/decisions']
  .flatMap(inFolder)
  .filter((path) => path.endsWith('.md'));

/** Fenced blocks of one language. */
const blocks = (page: string, language: string) =>
  [...read(page).matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(
    ([, block = '']) => block,
  );
/** Cells of all table rows. */
const rowsIn = (text: string) =>
  [...text.matchAll(/^\| (.+) \|$/gm)].map(([, row = '']) =>
    row.split(/(?<!\\) \| /).map((cell) => cell.trim()),
  );

describe('docs', () => {
  it.each(pages)('%s links to what exists', (page) => {
    const links = [...read(page).matchAll(/\]\((?!https?:)([^)#]*)/g)].map(([, link = '']) => link);
    const broken = links.filter((link) => !existsSync(join(root, dirname(page), link)));
    expect(broken).toEqual([]);
  });

  it.each(pages)('%s names files that exist', (page) => {
    const named = [...read(page).matchAll(/`((?:[a-z-]+\/)+[a-z0-9-]+\.(?:ts|mjs|md|yml))`/g)];
    const missing = named.flatMap(([, path = '']) => (existsSync(join(root, path)) ? [] : [path]));
    expect(missing).toEqual([]);
  });
});

describe('docs/journey.md', () => {
  it('names functions where they are', () => {
    const named = [...read('docs/journey.md').matchAll(/`(?:\w+\.)?(\w+)`\s\(`([^`]+\.ts)`\)/g)];
    expect(named.length).toBeGreaterThan(10);
    const lost = named.filter(
      ([, name = '', path = '']) => !new RegExp(`\\b${name}\\b`).test(read(path)),
    );
    expect(lost.map(([all]) => all)).toEqual([]);
  });
});

interface Field {
  path: string[];
  fallback: unknown;
}

/** Every field of a JSON Schema, each once. */
function fieldsOf(schema: unknown, path: string[] = []): Field[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const {
    properties = {},
    anyOf = [],
    oneOf = [],
    allOf = [],
    items,
    additionalProperties,
  } = schema as Record<string, never>;
  return [
    ...Object.entries(properties).flatMap(([key, value]) => [
      { path: [...path, key], fallback: (value as { default?: unknown }).default },
      ...fieldsOf(value, [...path, key]),
    ]),
    ...[...anyOf, ...oneOf, ...allOf, items, additionalProperties].flatMap((one) =>
      fieldsOf(one, path),
    ),
  ];
}

describe('docs/spec-reference.md', () => {
  const page = 'docs/spec-reference.md';
  const fields = fieldsOf(specJsonSchema());
  /** Cells of the tables in the part of the page that is about the field. */
  const tableOf = ([first = '']: string[]) => {
    const parts = read(page).split(/^## /m);
    return rowsIn(parts.find((part) => part.startsWith(`\`${first}`)) ?? parts.join('## '));
  };
  /** The row that names this field most fully: `bake.min` stands for the `min` of every bake. */
  const rowOf = ({ path }: Field) =>
    tableOf(path)
      .filter(([cell = '']) => path.join('.').endsWith(cell.replaceAll('`', '')))
      .toSorted(([a = ''], [b = '']) => b.length - a.length)[0];

  it('reads the schema', () => {
    expect(fields.length).toBeGreaterThan(60);
  });

  it('names every field', () => {
    const prose = read(page).replaceAll(/^```.*?^```/gms, '');
    const code = prose.match(/`[^`]+`/g)?.join(' ') ?? '';
    const named = (name: string) => new RegExp(`\\b${name}\\b`).test(code);
    const missing = fields.filter(({ path }) => !named(path.at(-1) ?? ''));
    expect(missing.map(({ path }) => path.join('.'))).toEqual([]);
  });

  it('gives the default that is in force', () => {
    const simple = fields.filter(({ fallback }) => ['string', 'number'].includes(typeof fallback));
    expect(simple.length).toBeGreaterThan(15);
    const wrong = simple.filter((field) => {
      const [, fallback = ''] = rowOf(field) ?? [];
      return rowOf(field) && fallback !== `\`${String(field.fallback)}\``;
    });
    expect(wrong.map(({ path }) => path.join('.'))).toEqual([]);
  });

  it('lists nothing that does not exist', () => {
    const known = new Set(fields.flatMap(({ path }) => path));
    const sections = read(page).split(/^## /m).slice(1).join('## ');
    const cells = [...sections.matchAll(/^\| `([\w.]+)` /gm)].map(([, cell = '']) => cell);
    expect(cells.length).toBeGreaterThan(40);
    expect(cells.filter((cell) => !cell.split('.').every((part) => known.has(part)))).toEqual([]);
  });

  it.each(['docs/spec-reference.md', 'README.md'].filter((path) => existsSync(join(root, path))))(
    '%s: a whole specification in it is valid',
    (path) => {
      const whole = blocks(path, 'yaml').filter((block) => /^application:/m.test(block));
      expect(whole.length).toBeGreaterThan(0);
      for (const block of whole) expect(parseSpecification(block).warnings).toEqual([]);
    },
  );
});

describe('docs/operations.md', () => {
  const page = 'docs/operations.md';
  const section = (title: string) =>
    read(page)
      .split(/^## /m)
      .find((part) => part.startsWith(title)) ?? '';
  const settingsIn = (text: string) =>
    new Set(
      [...text.matchAll(/^\s+((?:CRESCENDO|DATABASE|TEMPORAL)_[A-Z_]+):/gm)].map(
        ([, name]) => name,
      ),
    );

  it.each([
    ['Settings of the API', 'api/config.ts'],
    ['Settings of a worker', 'worker/config.ts'],
  ])('%s are those of %s', (title, source) => {
    const listed = [...section(title).matchAll(/^\| `([A-Z_]+)` /gm)].map(([, name]) => name);
    const read_ = settingsIn(read(source));
    const temporal = ['TEMPORAL_ADDRESS', 'TEMPORAL_NAMESPACE'];
    expect(new Set(listed)).toEqual(new Set([...read_, ...temporal]));
  });

  it('shows connections that are valid', () => {
    const [block = ''] = blocks(page, 'yaml');
    const { connections } = parse(block) as {
      connections: Record<string, Record<string, unknown>>;
    };
    const secrets = { PROMETHEUS_TOKEN: 'secret' };
    // The file of the example exists only where it is used.
    const { 'eu-metrics': other, ...rest } = connections;
    expect(other).toMatchObject({ vendor: 'prometheus' });
    const providers = createProviders(createConnections(rest, secrets));
    for (const name of Object.keys(rest)) expect(providers.metrics(name)).toBeDefined();
    expect(providers.router({ vendor: 'envoy', settings: {} })).toBeDefined();
  });
});

describe('docs/steering.md', () => {
  const page = 'docs/steering.md';

  it('has a row for every action, and for nothing else', () => {
    const [actionTable = ''] = read(page).split(/^All of them/m, 1);
    const listed = [...actionTable.matchAll(/^\| `(\w+)` /gm)].map(([, name]) => name);
    expect(new Set(listed)).toEqual(new Set(actions));
  });

  it('sends what the workflow takes', () => {
    const known = [...read(page).matchAll(/^\| `(\w+)` +\| (?:who|why|only|for|unique)/gm)].map(
      ([, name]) => name,
    );
    expect(known).toHaveLength(8);
    const [, schema = ''] =
      /messageSchema = .*?z\.strictObject\(\{(.*?)\n {2}\}\)/s.exec(
        read('workflows/action-message.ts'),
      ) ?? [];
    const taken = [...schema.matchAll(/^ {4}(\w+):/gm)].map(([, name]) => name);
    expect(new Set(known)).toEqual(new Set(taken));
    const inputs = [...read(page).matchAll(/--input '(\{.*?\})'/g)].map(([, json = '']) => json);
    expect(inputs).toHaveLength(2);
    for (const json of inputs) {
      const keys = Object.keys(JSON.parse(json) as object);
      expect(keys.filter((key) => !taken.includes(key))).toEqual([]);
    }
  });
});
