import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');

/** What each folder may import beside itself: a folder, or one file of it. docs/architecture.md draws it. */
const arrows: Record<string, string[]> = {
  domain: [],
  providers: ['domain'],
  journal: ['domain'],
  specification: ['domain', 'calendar', 'conditions', 'providers/schemas.ts'],
  conditions: ['domain'],
  calendar: ['domain'],
  activities: ['domain', 'calendar', 'conditions', 'providers', 'journal/contract.ts'],
  workflows: ['domain', 'activities/contract.ts'],
  worker: ['domain', 'activities', 'providers', 'journal'],
  api: [
    'domain',
    'calendar',
    'specification',
    'workflows',
    'journal',
    'providers/routers/index.ts',
  ],
  embedded: ['domain', 'providers'],
  rehearsal: [
    'domain',
    'calendar',
    'specification',
    'activities/contract.ts',
    'activities/calendar.ts',
    'workflows',
    'worker/bundle.ts',
    'worker/search-attributes.ts',
    'embedded/toolbox/index.ts',
    'providers/routers/index.ts',
  ],
  cli: [
    'domain',
    'specification',
    'conditions',
    'embedded/up.ts',
    'embedded/toolbox/index.ts',
    'demo/demo.ts',
    'rehearsal/index.ts',
  ],
  demo: ['domain', 'providers', 'embedded', 'cli'],
  web: ['domain'],
};

/** Imports that may only carry types: what they name must not run where they are written. */
const typesOnly: [from: string, to: string][] = [
  ['workflows', 'activities'],
  ['activities', 'journal'],
];

/** Packages that belong to some folders and would be a mistake elsewhere. */
const packages: [pattern: RegExp, folders: string[]][] = [
  [/^@temporalio\/workflow$/, ['workflows']],
  [/^@temporalio\/activity$/, ['activities', 'rehearsal']],
  [/^@temporalio\/worker$/, ['worker', 'rehearsal']],
  [/^@temporalio\/testing$/, ['rehearsal']],
  [/^@temporalio\//, ['workflows', 'activities', 'worker', 'api', 'embedded', 'rehearsal']],
  [/^@nestjs\//, ['api']],
  [/^pg$/, ['journal', 'embedded', 'providers']],
  [/^(?:kysely|@electric-sql\/.*)$/, ['journal', 'embedded']],
  [/^(?:commander|picocolors)$/, ['cli']],
  [/^jose$/, ['providers']],
  [/^@marcbachmann\/cel-js$/, ['conditions']],
  [/^(?:rrule-temporal|temporal-polyfill)$/, ['calendar']],
  [/^react/, ['web']],
];

interface Link {
  from: string;
  /** Path from the root of the repository, or the name of a package. */
  to: string;
}

interface Import extends Link {
  local: boolean;
  types: boolean;
}

const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
});
const tracked = listed.split('\n').filter((path) => path !== '' && existsSync(join(root, path)));
const sources = tracked.filter((path) => {
  return folderOf(path) in arrows && /\.tsx?$/.test(path) && !/\.spec\.tsx?$/.test(path);
});
const imports = sources.flatMap(importsOf);

describe('architecture', () => {
  it('has read the sources', () => {
    const folders = new Set(sources.map(folderOf));
    const missing = Object.keys(arrows).filter((folder) => !folders.has(folder));
    expect(missing.filter((folder) => existsSync(join(root, folder)))).toEqual([]);
    expect(imports.length).toBeGreaterThan(500);
  });

  it.each(Object.keys(arrows))('%s imports only what it may', (folder) => {
    const allowed = [folder, ...(arrows[folder] ?? [])];
    const wrong = imports.filter(({ from, to, local }) => {
      if (!local || folderOf(from) !== folder) return false;
      return !allowed.some((place) => to === place || to.startsWith(`${place}/`));
    });
    expect(wrong.map(show)).toEqual([]);
  });

  it.each(typesOnly)('%s imports nothing but types from %s', (from, to) => {
    const found = imports.filter(
      (one) => one.local && folderOf(one.from) === from && folderOf(one.to) === to,
    );
    expect(found.length).toBeGreaterThan(0);
    expect(found.filter(({ types }) => !types).map(show)).toEqual([]);
  });

  it.each(packages)('packages like %s stay where they belong', (pattern, folders) => {
    const found = imports.filter(({ local, to }) => !local && pattern.test(to));
    expect(found.filter(({ from }) => !folders.includes(folderOf(from))).map(show)).toEqual([]);
  });

  it('workflows meet schemas in the words of people alone: each of them has a copy', () => {
    const reached = reachedFrom('workflows/index.ts');
    expect(reached.size).toBeGreaterThan(100);
    const users = imports.filter(
      ({ from, to, types }) => reached.has(from) && to === 'zod' && !types,
    );
    expect(users.map(({ from }) => from)).toEqual([
      'domain/calendar/freeze-spec.ts',
      'domain/duration-spec.ts',
      'workflows/action-message.ts',
      'workflows/hold-message.ts',
    ]);
  });

  it('has no circle of imports', () => {
    expect(circlesIn(imports.filter(({ local, types }) => local && !types))).toEqual([]);
  });

  it('finds a circle when there is one', () => {
    const links = ['ab', 'bc', 'cb'].map(([from = '', to = '']) => ({ from, to }));
    expect(circlesIn(links)).toEqual(['b → c → b']);
  });
});

describe('sources', () => {
  it.each(sources)('%s opens with one sentence', (path) => {
    const [opening = ''] = /^\/\*\*[\s\S]*?\*\//.exec(withoutShebang(path)) ?? [];
    expect(opening.replaceAll(/^\/?\s*\*+\/?|\*\/$/gm, '').trim()).toMatch(
      /^[\p{L}`"'/].{15,}?[.:](?:\s|$)/su,
    );
  });

  it('name no path of a machine they were written on', () => {
    const text = tracked.filter((path) => /\.(?:tsx?|mjs|json|ya?ml|md|sh)$/.test(path));
    const pattern = /(?<![\w.])\/(?:work|root)\//;
    expect(text.filter((path) => pattern.test(read(path)))).toEqual([]);
  });

  it('are locked without naming where their packages were fetched', () => {
    expect(read('package-lock.json')).not.toContain('"resolved": "http');
  });
});

function importsOf(from: string): Import[] {
  const text = read(from);
  const found = text.matchAll(
    /^(?:import|export)\s(type\s)?[^;'"]*?from\s'([^']+)'|^import\s'([^']+)'|\bimport\('([^']+)'\)/gm,
  );
  return [...found].map(([, type, named, bare, dynamic]) => {
    const target = named ?? bare ?? dynamic ?? '';
    const local = target.startsWith('.');
    const to = local ? normalize(join(dirname(from), target)) : target;
    return { from, to, local, types: type !== undefined };
  });
}

/** All files that run when this one does. */
function reachedFrom(start: string): Set<string> {
  const reached = new Set([start]);
  for (const file of reached) {
    for (const { from, to, local, types } of imports) {
      if (from === file && local && !types) reached.add(to);
    }
  }
  return reached;
}

/** Each circle once, as its files in order. */
function circlesIn(links: Link[]): string[] {
  const next = new Map<string, Link[]>();
  for (const link of links) next.set(link.from, [...(next.get(link.from) ?? []), link]);
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (file: string, trail: string[]) => {
    const start = trail.indexOf(file);
    if (start >= 0) circles.push([...trail.slice(start), file].join(' → '));
    if (start >= 0 || done.has(file)) return;
    for (const { to } of next.get(file) ?? []) visit(to, [...trail, file]);
    done.add(file);
  };
  for (const file of next.keys()) visit(file, []);
  return circles;
}

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

function withoutShebang(path: string): string {
  return read(path).replace(/^#!.*\n+/, '');
}

function folderOf(path: string): string {
  return path.split('/', 1)[0] ?? '';
}

function show({ from, to }: Link): string {
  return `${from} → ${to}`;
}
