/** What a user asks for: the specification of an application, its schema and its defaults. */

import { z } from 'zod';
import { analysisSchema } from './analysis/spec.ts';
import { freezeSchema } from './calendar/freeze-spec.ts';
import { windowSchema } from './calendar/window.ts';
import { durationSchema } from './duration-spec.ts';
import { gateSchema, rolesSchema, type GateSpec } from './gate-spec.ts';
import { hotfixSchema } from './hotfix-spec.ts';
import { labelPattern, versionNamePattern } from './ids.ts';
import { rollbackSchema } from './rollback-spec.ts';
import { strategySchema } from './strategy-spec.ts';
import { testsSchema } from './test-spec.ts';
import { labelsSchema, placeWaves, wavesSchema, type PlacedWave } from './waves-spec.ts';

export const labelSchema = z
  .string()
  .regex(labelPattern, 'use 1 to 63 lower-case letters, digits and dashes, e.g. shop-eu');

/** A duration with a default, written the way users write it. */
function duration(fallback: string) {
  return durationSchema.prefault(fallback);
}

/** `{ envoy: { port: 10080 } }`: one key, the vendor; its settings below. */
export const providerSchema = z
  .record(z.string(), z.record(z.string(), z.unknown()))
  .superRefine((value, context) => {
    const keys = Object.keys(value);
    if (keys.length === 1) return;
    const message = `name exactly one provider, e.g. { envoy: { … } }; found ${keys.join(', ') || 'none'}`;
    context.addIssue({ code: 'custom', message });
  })
  .transform((value) => {
    const [vendor = '', settings = {}] = Object.entries(value)[0] ?? [];
    return { vendor, settings };
  });

export const versionSchema = z.strictObject({
  name: z
    .string()
    .regex(versionNamePattern, 'use 1 to 63 letters, digits and . _ + -, e.g. 1.4.2')
    .describe('Unique name of the version; it stands for this artefact for ever'),
  artifact: z
    .string()
    .min(1)
    .max(2000)
    .describe('Image reference, path or URL; add its digest (@sha256:…) where you can'),
  config: z.string().max(200).optional().describe('Digest of the configuration that belongs to it'),
  commit: z
    .string()
    .regex(/^[0-9a-f]{40}$/, 'give the full 40-digit commit SHA')
    .optional()
    .describe('The commit that CI must have verified'),
  repository: z.string().max(200).optional().describe('owner/name of its repository'),
  oneWay: z
    .string()
    .trim()
    .min(1)
    .max(500)
    .optional()
    .describe('Why it cannot be gone back past once it has traffic, e.g. a migration'),
  author: z.string().min(1).max(100).optional().describe('Who wrote the change; for gates'),
});

const environmentSchema = z.strictObject({
  target: providerSchema.describe('Where versions are brought up'),
  router: providerSchema.optional().describe('What shares the traffic; needed for weights'),
  worker: labelSchema
    .optional()
    .describe('Name of the worker that reaches this environment (its own task queue)'),
  labels: labelsSchema.optional().describe('Words that waves, freezes and holds select it by'),
  window: windowSchema.optional().describe('When production changes may start here'),
  windows: z.array(windowSchema).max(20).default([]).describe('The same, when there are several'),
});

/** What may follow when a step ends without a pass. */
const withoutVerdict = z
  .enum(['pause', 'extend', 'rollback', 'promote', 'notify'])
  .default('pause');

const policySchema = z.strictObject({
  onFail: z
    .enum(['rollback', 'pause', 'promote', 'notify'])
    .default('rollback')
    .describe('A regression is proven'),
  onInsufficientData: withoutVerdict.describe('No data, or too little to tell'),
  onInconclusive: withoutVerdict.describe('Enough was seen, and neither side is proven'),
  onInvalid: withoutVerdict.describe('Canary and stable could not be compared'),
  onProviderError: withoutVerdict.describe('The metric provider was away for too long'),
  extensions: z
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(3)
    .describe('How often `extend` watches on before it pauses'),
  holdFor: duration('24h').describe('How long a pause waits for a person'),
  onHoldExpired: z.enum(['rollback', 'promote']).default('rollback'),
});

const writtenSchema = z.strictObject({
  application: labelSchema.describe('Name of the application'),
  concurrency: z
    .enum(['queue', 'supersede', 'replace', 'reject'])
    .default('queue')
    .describe('What a release does when another one is under way'),
  rollback: rollbackSchema.prefault({}),
  roles: rolesSchema.optional(),
  verify: z.array(providerSchema).max(20).default([]).describe('CI checks for the commit'),
  verifyTimeout: duration('1h'),
  environments: z.record(labelSchema, environmentSchema),
  staging: z
    .strictObject({
      environment: labelSchema,
      tests: testsSchema,
      onFail: z.enum(['reject', 'hold']).default('reject'),
    })
    .optional(),
  freezes: z.array(freezeSchema).max(100).default([]).describe('When nothing goes forward'),
  production: z.strictObject({
    waves: wavesSchema,
    gates: z.array(gateSchema).max(100).default([]),
    strategy: strategySchema.prefault({ canary: {} }),
    tests: testsSchema.describe('On the candidate, before traffic'),
    keepWarm: duration('10m').describe('How long the old version stays up after 100 %'),
  }),
  hotfix: hotfixSchema.optional().describe('The express lane; without it there is none'),
  analysis: analysisSchema.prefault({}),
  policy: policySchema.prefault({}),
  notify: z.array(providerSchema).max(20).default([]),
});

/** What a specification may contain. Unknown keys are errors: a typo must not switch safety off. */
export const specSchema = writtenSchema.superRefine(checkReferences).transform(withWaves);

/** A specification with every default filled in; durations in milliseconds. */
export type Spec = z.output<typeof specSchema>;
/** A specification as users write it. */
export type SpecInput = z.input<typeof specSchema>;

type Written = z.output<typeof writtenSchema>;

/** What is written as growing becomes waves with names; nobody further on knows the difference. */
function withWaves(spec: Written) {
  const waves = wavesOf(spec).map(({ paths: _paths, ...wave }) => wave);
  return { ...spec, production: { ...spec.production, waves } };
}

function wavesOf({ environments, staging, production }: Written): PlacedWave[] {
  const surroundings = { environments, staging: staging?.environment ?? null };
  return placeWaves(production.waves, surroundings);
}

/** Names that point somewhere must arrive, and no environment is rolled out twice. */
function checkReferences(spec: Written, context: z.RefinementCtx): void {
  const known = Object.keys(spec.environments);
  const seen = new Set<string>();
  const use = (name: string, path: (string | number)[]) => {
    const problem = !spec.environments[name]
      ? `no environment is called "${name}"; there are: ${known.slice(0, 20).join(', ') || 'none'}`
      : seen.has(name)
        ? `environment "${name}" is used twice`
        : null;
    seen.add(name);
    if (problem) context.addIssue({ code: 'custom', path, message: problem });
  };
  if (spec.staging) use(spec.staging.environment, ['staging', 'environment']);
  const waves = wavesOf(spec);
  for (const { environments, paths } of waves) {
    if (environments.length === 0) {
      const path = ['production', ...(paths[0] ?? [])];
      const message = 'no environment that is still free has these labels';
      context.addIssue({ code: 'custom', path, message });
    }
    environments.forEach((name, place) => {
      use(name, ['production', ...(paths[place] ?? [])]);
      if (spec.environments[name] && !spec.environments[name].router) {
        const message = `"${name}" receives production traffic, so it needs a router`;
        context.addIssue({ code: 'custom', path: ['environments', name, 'router'], message });
      }
    });
  }
  for (const [name, { window, windows }] of Object.entries(spec.environments)) {
    if (!window || windows.length === 0) continue;
    const message = 'write `window` or `windows`, not both';
    context.addIssue({ code: 'custom', path: ['environments', name, 'window'], message });
  }
  spec.freezes.forEach(({ environments = [] }, index) => {
    environments.forEach((name, place) => {
      if (known.includes(name)) return;
      const message = `no environment is called "${name}"; there are: ${known.join(', ') || 'none'}`;
      context.addIssue({
        code: 'custom',
        path: ['freezes', index, 'environments', place],
        message,
      });
    });
  });
  const checkGates = (gates: readonly GateSpec[], place: string, staging: boolean) => {
    gates.forEach(({ before }, index) => {
      const wave = Number(/^wave (\d+)$/.exec(before)?.[1] ?? 1);
      const message =
        wave > waves.length
          ? `there are only ${waves.length} waves`
          : before === 'staging' && !staging
            ? 'there is no staging'
            : null;
      const path = [place, 'gates', index, 'before'];
      if (message !== null) context.addIssue({ code: 'custom', path, message });
    });
  };
  const staging = spec.staging !== undefined;
  if (spec.rollback.rehearse && !staging) {
    const message = 'there is no staging to rehearse the way back in';
    context.addIssue({ code: 'custom', path: ['rollback', 'rehearse'], message });
  }
  checkGates(spec.production.gates, 'production', staging);
  if (spec.hotfix) checkGates(spec.hotfix.gates, 'hotfix', staging && spec.hotfix.staging);
}

/** JSON Schema (draft 2020-12) of what users write, for editors. */
export function specJsonSchema(): object {
  return z.toJSONSchema(specSchema, { io: 'input', unrepresentable: 'any' });
}
