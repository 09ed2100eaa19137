import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { before } from '../rehearsal/before.ts';
import { builtIns, builtInsFor } from '../rehearsal/built-in.ts';
import { readScenarios } from '../rehearsal/read.ts';
import { scenarioSchema } from '../rehearsal/scenario.ts';
import { aProduction, aSpec } from '../test/support/builders.ts';

const page = readFileSync(join(import.meta.dirname, 'rehearsal.md'), 'utf8');
const words = (pattern: RegExp) => [...page.matchAll(pattern)].map(([, word = '']) => word);

describe('docs/rehearsal.md', () => {
  it('has a row for every built-in scenario, and for nothing else', () => {
    const [, table = ''] = page.split(/^## /m);
    const rows = [...table.matchAll(/^\| `([a-z-]+)/gm)].map(([, name]) => name);
    expect(new Set(rows)).toEqual(new Set(Object.keys(builtIns)));
  });

  it('says what the built-in ones expect', () => {
    const spec = aSpec({ verify: [{ ci: {} }] });
    const { planned } = before(spec, { first: false, author: 'author' });
    for (const { name, expect: expected } of 'plan' in planned ? builtInsFor(planned.plan) : []) {
      const row = page.split('\n').find((line) => line.startsWith(`| \`${name}`)) ?? '';
      expect(row).toContain(expected.outcome ?? 'an end');
    }
  });

  it('shows scenarios that are valid', () => {
    const [block = ''] = words(/^```yaml\n(scenarios:.*?)^```/gms);
    const strategy = { canary: { steps: [5, 25, 50, 100], bake: { min: '2m', max: '20m' } } };
    const spec = aSpec({ production: aProduction({ strategy }) });
    const { planned } = before(spec, { first: false, author: 'author' });
    if (!('plan' in planned)) throw new Error(planned.refusals.join());
    expect(readScenarios(block, planned.plan, Date.now())).toHaveLength(2);
  });

  it('names every field of a scenario', () => {
    const { properties = {} } = z.toJSONSchema(scenarioSchema, { io: 'input' });
    const fields = (schema: object): string[] => {
      const { properties: own = {}, items } = schema as { properties?: object; items?: object };
      return [...Object.keys(own), ...(items ? fields(items) : [])];
    };
    const all = [
      ...Object.keys(properties),
      ...Object.values(properties).flatMap((one) => fields(one as object)),
    ];
    expect(all.length).toBeGreaterThan(25);
    expect(all.filter((name) => !new RegExp(`\\b${name}\\b`).test(page))).toEqual([]);
  });
});
