import { describe, expect, it } from 'vitest';
import { CrescendoError, type FieldError } from '../domain/errors.ts';
import { maxCharacters } from './document.ts';
import { parseSpecification } from './parse.ts';

const shop = `application: shop
environments:
  staging:
    target:
      process: { command: [node, server.mjs] }
  eu:
    target:
      process: { command: [node, server.mjs] }
    router:
      envoy: { port: 10080 }
staging:
  environment: staging
  tests:
    - name: smoke
      http: { url: "{{canary.url}}/health" }
production:
  waves:
    - environments: [eu]
analysis:
  metrics:
    - { signal: errors, from: envoy, limit: 1% }
`;

/** The specification with one thing changed, for instance by a typo. */
function shopWith(text: string, replacement: string): string {
  if (!shop.includes(text)) throw new Error(`nothing to replace: ${text}`);
  return shop.replace(text, replacement);
}

function errorsOf(text: string): FieldError[] {
  try {
    parseSpecification(text);
  } catch (error) {
    if (error instanceof CrescendoError && error.code === 'spec_invalid') return error.fields;
    throw error;
  }
  throw new Error('the specification was taken for valid');
}

describe('specification/parse.ts', () => {
  it('reads a file and fills in the defaults', () => {
    const { spec, warnings } = parseSpecification(shop);

    expect(spec.application).toBe('shop');
    expect(spec.environments['eu']?.router).toEqual({
      vendor: 'envoy',
      settings: { port: 10_080 },
    });
    expect(spec.production.strategy).toMatchObject({ canary: { steps: [1, 5, 25, 50, 100] } });
    expect(spec.policy.holdFor).toBe(86_400_000);
    expect(warnings).toEqual([]);
  });

  it('reads JSON, indented by tabs', () => {
    const { spec } = parseSpecification(shop);
    const json = JSON.stringify(
      {
        application: 'shop',
        environments: {
          eu: {
            target: { process: { command: ['node', 'server.mjs'] } },
            router: { envoy: { port: 10_080 } },
          },
        },
        production: { waves: [{ environments: ['eu'] }] },
      },
      null,
      '\t',
    );

    expect(parseSpecification(json).spec.environments['eu']).toEqual(spec.environments['eu']);
  });

  it.each<[name: string, text: string, expected: FieldError[]]>([
    [
      'a misspelt key at the top',
      shopWith('staging:\n  environment', 'stagin:\n  environment'),
      [
        {
          path: 'stagin',
          message: 'unknown key "stagin"; did you mean "staging"?',
          line: 11,
          column: 1,
        },
      ],
    ],
    [
      'a misspelt key of one of several alternatives',
      shopWith('limit: 1%', 'limitt: 1%, ratioToStable: 2'),
      [
        {
          path: 'analysis.metrics.0.limitt',
          message: 'unknown key "limitt"; did you mean "limit"?',
          line: 21,
          column: 38,
        },
      ],
    ],
    [
      'a key nobody could have meant',
      shopWith('  waves:', '  zzz: 1\n  waves:'),
      [
        {
          path: 'production.zzz',
          message: 'unknown key "zzz"; known here: waves, gates, strategy, tests, keepWarm',
          line: 17,
          column: 3,
        },
      ],
    ],
    [
      'a key that is missing',
      shopWith('application: shop\n', ''),
      [{ path: 'application', message: 'is missing: expected a text', line: 1, column: 1 }],
    ],
    [
      'a value of the wrong kind',
      shopWith('waves:\n    - environments: [eu]', 'waves: eu'),
      [
        {
          path: 'production.waves',
          message: 'expected a mapping or a list, not the text "eu"',
          line: 17,
          column: 10,
        },
      ],
    ],
    [
      'a step that is neither number nor mapping',
      shopWith('analysis:', '  strategy: { canary: { steps: [1, 5%] } }\nanalysis:'),
      [
        {
          path: 'production.strategy.canary.steps.1',
          message: 'expected a number or a mapping, not the text "5%"',
          line: 19,
          column: 36,
        },
      ],
    ],
    [
      'a misspelt option',
      shopWith('application: shop', 'application: shop\nconcurrency: superseed'),
      [
        {
          path: 'concurrency',
          message:
            'expected one of queue, supersede, replace, reject, not the text "superseed"; did you mean "supersede"?',
          line: 2,
          column: 14,
        },
      ],
    ],
    [
      'a name that is no label',
      shopWith('  eu:\n', '  EU:\n').replace('[eu]', '[EU]'),
      [
        {
          path: 'environments.EU',
          message: 'use 1 to 63 lower-case letters, digits and dashes, e.g. shop-eu',
          line: 6,
          column: 3,
        },
        {
          path: 'production.waves.0.environments.0',
          message: 'use 1 to 63 lower-case letters, digits and dashes, e.g. shop-eu',
          line: 18,
          column: 22,
        },
      ],
    ],
    [
      'a reference that leads nowhere',
      shopWith('[eu]', '[us]'),
      [
        {
          path: 'production.waves.0.environments.0',
          message: 'no environment is called "us"; there are: staging, eu',
          line: 18,
          column: 22,
        },
      ],
    ],
    [
      'an environment without the router it needs',
      shopWith('    router:\n      envoy: { port: 10080 }\n', ''),
      [
        {
          path: 'environments.eu.router',
          message: '"eu" receives production traffic, so it needs a router',
          line: 6,
          column: 3,
        },
      ],
    ],
    [
      'a vendor nobody knows',
      shopWith('envoy: { port: 10080 }', 'envoi: { port: 10080 }'),
      [
        {
          path: 'environments.eu.router.envoi',
          message: expect.stringContaining('no router is called "envoi"') as string,
          line: 10,
          column: 7,
        },
      ],
    ],
    [
      'a setting that the vendor does not have',
      shopWith('{ port: 10080 }', '{ port: 10080, prot: 1 }'),
      [
        {
          path: 'environments.eu.router.envoy.prot',
          message: 'unknown key "prot"',
          line: 10,
          column: 29,
        },
      ],
    ],
    [
      'a setting with a wrong value',
      shopWith('{ port: 10080 }', '{ port: many }'),
      [
        {
          path: 'environments.eu.router.envoy.port',
          message: 'expected a number, not a text',
          line: 10,
          column: 22,
        },
      ],
    ],
    [
      'a setting that is missing',
      shopWith('{ url: "{{canary.url}}/health" }', '{}'),
      [
        {
          path: 'staging.tests.0.http.url',
          message: 'is missing: expected a text',
          line: 15,
          column: 7,
        },
      ],
    ],
    [
      'a test around the switch without its settings',
      shopWith(
        'analysis:',
        '  strategy: { blueGreen: { after: { tests: [{ name: after, http: {} }] } } }\nanalysis:',
      ),
      [
        expect.objectContaining({
          path: 'production.strategy.blueGreen.after.tests.0.http.url',
          message: 'is missing: expected a text',
        }),
      ],
    ],
    [
      'a key that is there twice',
      `${shop}application: other\n`,
      [{ path: '', message: 'this key is there twice; keep one', line: 22, column: 1 }],
    ],
    [
      'a tab as indentation',
      'application: shop\nenvironments:\n\teu: {}\n',
      [{ path: '', message: 'a tab indents this line; use spaces', line: 3, column: 1 }],
    ],
    [
      'a second document',
      `${shop}---\napplication: other\n`,
      [
        {
          path: '',
          message: 'a second document begins here (`---`); keep one specification per file',
          line: 22,
          column: 1,
        },
      ],
    ],
    [
      'a tag',
      'application: !!js/function shop',
      [
        {
          path: '',
          message: 'Unresolved tag: tag:yaml.org,2002:js/function',
          line: 1,
          column: 14,
        },
      ],
    ],
    [
      'a text instead of a mapping',
      'hello',
      [{ path: '', message: 'expected a mapping, not the text "hello"', line: 1, column: 1 }],
    ],
    [
      'nothing',
      ' \n',
      [
        {
          path: '',
          message: 'is empty; a specification begins with `application: NAME`',
          line: 1,
          column: 1,
        },
      ],
    ],
  ])('names the place and what would be right: %s', (_, text, expected) => {
    expect(errorsOf(text)).toEqual(expected);
  });

  it('says in its message what is wrong first, and how much more', () => {
    const text = shopWith('limit: 1%', 'limit: 1')
      .replace('[eu]', '[us]')
      .replace('shop\n', 'Shop\n');

    expect(() => parseSpecification(text)).toThrow(
      'the specification is not valid: application: use 1 to 63 lower-case letters, digits and dashes, e.g. shop-eu',
    );
  });

  it('finds the place of an error behind an alias', () => {
    const text = shopWith(
      'target:\n      process: { command: [node, server.mjs] }\n  eu:',
      'target: &t\n      process: { port: 1 }\n  eu:',
    ).replace(
      'target:\n      process: { command: [node, server.mjs] }\n    router',
      'target: *t\n    router',
    );

    const places = errorsOf(text).map(({ path, line }) => `${path}:${line}`);

    expect(places).toContain('environments.staging.target.process.port:5');
    expect(places).toContain('environments.eu.target.process.port:5');
  });

  describe('refuses what would cost too much', () => {
    const levels = 200_000;

    it.each([
      ['brackets', '['.repeat(levels)],
      ['braces', '{a: '.repeat(levels / 4)],
      ['brackets that strings seem to close', '["]",'.repeat(levels / 5)],
      ['dashes', '- '.repeat(levels / 2)],
      ['question marks', '? '.repeat(levels / 2)],
      [
        'indentation',
        Array.from({ length: 700 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
      ],
    ])('nesting by %s', (_, text) => {
      expect(errorsOf(text)).toEqual([
        { path: '', message: 'is nested more than 100 levels deep', line: 1, column: 1 },
      ]);
    });

    it('a file that is too long', () => {
      const text = `application: shop # ${'x'.repeat(maxCharacters)}`;

      expect(errorsOf(text)[0]?.message).toBe(
        `has ${text.length} characters; at most ${maxCharacters} are read`,
      );
    });

    it('aliases of aliases of aliases', () => {
      const rows = Array.from({ length: 9 }, (_, row) => {
        const items =
          row === 0
            ? 'x'
            : Array(9)
                .fill(`*a${row - 1}`)
                .join(', ');
        return `a${row}: &a${row} [${items}]`;
      });

      expect(errorsOf(rows.join('\n'))[0]?.message).toMatch(
        /^aliases cannot be resolved: Excessive/,
      );
    });
  });

  it('is not confused by the names of properties every object has', () => {
    const names = errorsOf(`${shop}__proto__: { admin: true }\nconstructor: 1\n`).map(
      ({ path }) => path,
    );

    expect(names).toEqual(['__proto__', 'constructor']);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  it('reads conditions of metrics, and says where they are wrong', () => {
    const metric = '    - { type: gauge, name: cpu, from: envoy, value: v, ';
    const text = shopWith(
      '    - { signal: errors, from: envoy, limit: 1% }',
      `${metric}successCondition: "resul < 1" }`,
    );
    const [error] = errorsOf(text);

    expect(error).toMatchObject({ path: 'analysis.metrics.0.successCondition' });
    expect(error?.line).toBeGreaterThan(1);
    expect(error?.message).toMatch(/resul/);
  });

  describe('warns', () => {
    it('when no step could ever pass', () => {
      const text = shopWith('    - { signal: errors, from: envoy, limit: 1% }', '    []');

      expect(parseSpecification(text).warnings).toEqual([
        'analysis.metrics: is empty, so no step could pass; every plan will be refused',
      ]);
    });

    it('of an environment that nothing uses', () => {
      const text = shopWith('  eu:\n', '  us:\n    target: { process: { command: [x] } }\n  eu:\n');

      expect(parseSpecification(text).warnings).toEqual(['environments.us: no stage uses it']);
    });
  });
});

describe('specification/calendar.ts', () => {
  const window = (lines: string) =>
    shopWith(
      '      envoy: { port: 10080 }\n',
      `      envoy: { port: 10080 }\n    window:\n${lines}`,
    );

  it('takes a window with its default', () => {
    const { spec } = parseSpecification(
      window(
        '      rrule: FREQ=DAILY;BYHOUR=9\n      timezone: Europe/Berlin\n      duration: 7h\n',
      ),
    );
    expect(spec.environments['eu']?.window).toEqual({
      rrule: 'FREQ=DAILY;BYHOUR=9',
      timezone: 'Europe/Berlin',
      duration: 25_200_000,
      onClose: 'hold',
    });
  });

  it('names rule and zone that cannot be evaluated, with their place', () => {
    const text = window(
      '      rrule: FREQ=DAILY;BYHOUR=25\n      timezone: Europe/Berln\n      duration: 7h\n',
    );
    expect(errorsOf(text)).toEqual([
      {
        path: 'environments.eu.window.rrule',
        message: 'BYHOUR=25 is not a number from 0 to 23',
        line: 12,
        column: 14,
      },
      {
        path: 'environments.eu.window.timezone',
        message:
          'no time zone is called "Europe/Berln"; write an IANA name such as Europe/Berlin or UTC',
        line: 13,
        column: 17,
      },
    ]);
  });

  it('names a duration that is too short, and one window too many', () => {
    const short = '      rrule: FREQ=DAILY\n      timezone: UTC\n      duration: 10s\n';
    expect(errorsOf(window(short))).toMatchObject([
      {
        path: 'environments.eu.window.duration',
        message: 'a window is open for 1m to 31d',
        line: 14,
      },
    ]);
    const both = `${short.replace('10s', '10m')}    windows: [{ rrule: FREQ=DAILY, timezone: UTC, duration: 1h }]\n`;
    expect(errorsOf(window(both))).toMatchObject([
      { path: 'environments.eu.window', message: 'write `window` or `windows`, not both' },
    ]);
  });

  it('names the place in a list of windows', () => {
    const text = shopWith(
      '      envoy: { port: 10080 }\n',
      '      envoy: { port: 10080 }\n    windows:\n      - { rrule: FREQ=DAILY, timezone: UTC, duration: 1h }\n      - { rrule: FREQ=WEEKLY, timezone: UTC, duration: 1h }\n',
    );
    expect(errorsOf(text)).toMatchObject([
      { path: 'environments.eu.windows.1.rrule', line: 13, column: 18 },
    ]);
  });
});
