import { describe, expect, it } from 'vitest';
import { CrescendoError } from '../domain/errors.ts';
import { aProduction, aSpec } from '../test/support/builders.ts';
import { before } from './before.ts';
import { readScenarios } from './read.ts';

const now = Date.UTC(2026, 10, 26);
const gates = [{ before: 'wave 1' }, { before: '25%' }];
const spec = aSpec({ production: aProduction({ gates }) });
const { planned } = before(spec, { first: false, author: 'author' });

function read(text: string) {
  if (!('plan' in planned)) throw new Error(planned.refusals.join());
  return readScenarios(text, planned.plan, now);
}

function problems(...lines: string[]): string[] {
  try {
    read(['scenarios:', '  - name: one', ...lines.map((line) => `    ${line}`)].join('\n'));
  } catch (error) {
    const { fields } = error as CrescendoError;
    return fields.map(({ line, column, path, message }) => `${line}:${column} ${path} ${message}`);
  }
  return [];
}

describe('rehearsal/read', () => {
  it('reads a whole file, and fills the defaults in', () => {
    const [one, two, ...rest] = read(`
scenarios:
  - name: night shift
    start: { rrule: 'FREQ=DAILY;BYHOUR=22', timezone: Europe/Berlin }
    evidence: [{ from: 25%, is: noData, for: 20m }]
    people: [{ who: jane, does: promote, when: hold, after: 5m }]
    expect: { outcome: succeeded, live: { eu: candidate }, within: 2h }
  - { name: plain }
`);
    expect(rest).toEqual([]);
    expect(one?.evidence).toEqual([{ from: '25%', is: 'noData', for: 1_200_000 }]);
    expect(one?.expect.within).toBe(7_200_000);
    expect(two).toMatchObject({ checks: 'pass', approvers: 'present', first: false, people: [] });
  });

  it.each<[string, string[], string]>([
    ['a typo', ['aprovers: absent'], '3:5 scenarios.0.aprovers unknown key "aprovers"; did you'],
    ['a kind of evidence', ['evidence: [{ is: nodata }]'], '3:22 scenarios.0.evidence.0.is exp'],
    ['no duration', ['faults: [{ of: router }]'], '3:14 scenarios.0.faults.0.for is missing'],
    ['a place', ['evidence:', '  - { is: fail, from: third }'], 'write `step 3` or `25%`'],
    ['a step too far', ['evidence: [{ is: fail, from: step 4 }]'], 'there are 3 steps'],
    ['an environment', ['expect: { live: { ue: stable } }'], 'there are: staging, eu'],
    ['another one', ['faults: [{ of: target, for: 1m, environment: mars }]'], '3:50 scenarios.0'],
    ['a test', ['tests: { smokes: fail }'], '3:22 scenarios.0.tests.smokes no test is called'],
    ['a gate', ['people: [{ who: a, does: approve, when: gate 50% }]'], 'gate wave 1, gate 25%'],
    ['a zone', ['start: { rrule: FREQ=DAILY, timezone: Berlin }'], 'no time zone is called'],
    ['the past', ['start: "2026-11-25T00:00:00Z"'], '3:12 scenarios.0.start 2026-11-25T00'],
    ['an action', ['people: [{ who: a, does: promot, when: hold }]'], 'did you mean "promote"?'],
  ])('refuses %s where it stands', (_, lines, expected) => {
    expect(problems(...lines)).toEqual([expect.stringContaining(expected)]);
  });

  it('refuses what is no list of scenarios', () => {
    expect(() => read('')).toThrow(CrescendoError);
    expect(() => read('scenarios: []')).toThrow(/scenarios/);
    expect(() => read('scenarios: [')).toThrow(CrescendoError);
    expect(() => read('name: one')).toThrow(/scenarios: is missing/);
  });
});
