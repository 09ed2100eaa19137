/** The `strategy` part of a specification: how the audience grows. */

import { z } from 'zod';
import { durationSchema } from './duration-spec.ts';
import { testsSchema } from './test-spec.ts';
import { weightsOf } from './weights.ts';

export const bakeSchema = z
  .strictObject({
    min: durationSchema.prefault('2m').describe('No verdict `pass` before'),
    max: durationSchema
      .prefault('20m')
      .describe('Without a verdict until then, the policy decides'),
  })
  .refine((bake) => bake.min <= bake.max, { path: ['max'], message: 'must not be below min' });

const ownBakeSchema = z
  .strictObject({ min: durationSchema, max: durationSchema })
  .partial()
  .optional()
  .describe('What differs from the bake of the others');

const weightSchema = z.number().gt(0).max(100);

const toSchema = weightSchema.default(100).describe('No generated weight is above');
const belowFrom = { path: ['to'], message: 'must not be below the first weight' };

const linearSchema = z
  .strictObject({
    from: weightSchema.optional().describe('First weight; default `by`'),
    by: z.number().min(0.01).max(100).describe('Distance of the weights, in percent'),
    to: toSchema,
  })
  .refine(({ from, by, to }) => (from ?? by) <= to, belowFrom);

const exponentialSchema = z
  .strictObject({
    from: weightSchema.describe('First weight, in percent'),
    factor: z.number().min(1.1).max(100).describe('Each weight is so many times the one before'),
    to: toSchema,
  })
  .refine(({ from, to }) => from <= to, belowFrom);

const generated = [
  z.strictObject({ linear: linearSchema, bake: ownBakeSchema }),
  z.strictObject({ exponential: exponentialSchema, bake: ownBakeSchema }),
] as const;

const tokenSchema = z
  .string()
  .regex(/^[\w!#$%&'*+.^`|~-]{1,100}$/, 'write a name without spaces, e.g. x-user-group');

const ringSchema = z.union([
  z.strictObject({
    header: z.strictObject({
      name: tokenSchema
        .transform((name) => name.toLowerCase())
        .refine((name) => name !== 'cookie', 'write `cookie: { name, value }` instead'),
      value: z
        .string()
        .regex(/^[!-~](?:[ -~]{0,198}[!-~])?$/, 'write 1 to 200 visible characters')
        .describe('The whole value'),
    }),
  }),
  z.strictObject({
    cookie: z.strictObject({
      name: tokenSchema,
      value: z
        .string()
        .regex(/^[!#-+\--:<-[\]-~]{1,200}$/, 'write a value without spaces, quotes, , ; and \\')
        .describe('The whole value'),
    }),
  }),
]);

const mirrorSchema = z
  .union([z.number(), z.string()])
  .transform((value, context) => {
    const percent = Number(
      typeof value === 'string' ? /^(\d+(?:\.\d+)?)%$/.exec(value)?.[1] : value,
    );
    if (percent > 0 && percent <= 100) return percent;
    const message = `write a percentage above 0 and up to 100, such as 10%, not "${value}"`;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  })
  .describe('Percent of the requests that are copied to the candidate');

const stepSchema = z.union([
  weightSchema,
  z.strictObject({
    ring: ringSchema.describe('Only requests with this header or cookie go to the candidate'),
    bake: ownBakeSchema,
  }),
  z.strictObject({ mirror: mirrorSchema, bake: ownBakeSchema }),
  z.strictObject({ weight: weightSchema, bake: ownBakeSchema }),
  ...generated,
]);
export type StepSpec = z.output<typeof stepSchema>;

/** More than these would be no steps but a slope. */
const mostSteps = 100;

const stepsSchema = z
  .union([z.array(stepSchema).min(1).max(mostSteps), ...generated])
  .transform((steps): StepSpec[] => (Array.isArray(steps) ? steps : [steps]));

const stickySchema = z.strictObject({
  cookie: tokenSchema
    .default('crescendo')
    .describe('A cookie of the router, not one that the application sets'),
  ttl: durationSchema
    .refine((ttl) => ttl >= 1000, 'must be at least 1s')
    // Browsers count in whole seconds.
    .transform((ttl) => Math.ceil(ttl / 1000) * 1000)
    .prefault('1d')
    .describe('How long a browser keeps it; longer than a rollout takes'),
});

const canarySchema = z
  .strictObject({
    steps: stepsSchema
      .prefault([1, 5, 25, 50, 100])
      .describe('Weights in percent, rising; 100 is added at the end when it is missing'),
    bake: bakeSchema.prefault({}),
    sticky: stickySchema.optional().describe('Users keep the version they met'),
  })
  .superRefine(({ steps, bake }, context) => {
    const refuse = (message: string, path: (string | number)[] = []) =>
      context.addIssue({ code: 'custom', path: ['steps', ...path], message });
    // What was wrong inside a generated step has been said, and left it as it was written.
    if (!Array.isArray(steps)) return;
    let before = 0;
    steps.forEach((step, index) => {
      const weights = weightsOf(step);
      const [first = 0] = weights;
      if (!isWeight(step)) {
        if (before > 0) refuse('rings and mirrors come before the first weight', [index]);
      } else if (first <= before) {
        refuse(`must be above the step before it (${before} %), not ${first} %`, [index]);
      }
      before = weights.at(-1) ?? before;
      if (typeof step === 'number') return;
      const own = { ...bake, ...step.bake };
      if (own.min > own.max) refuse('min must not be above max', [index, 'bake']);
    });
    const count = steps.flatMap((step) => (isWeight(step) ? weightsOf(step) : [0])).length;
    if (count > mostSteps) refuse(`makes ${count} steps; at most ${mostSteps} are taken`);
  });

function isWeight(step: StepSpec): boolean {
  return typeof step === 'number' || !('ring' in step || 'mirror' in step);
}

const blueGreenSchema = z
  .strictObject({
    before: testsSchema.describe('Tests on the candidate at 0 %, after those of production'),
    mirror: mirrorSchema.optional().describe('Copies that are watched before the switch'),
    bake: bakeSchema.prefault({}),
    after: z
      .strictObject({
        tests: testsSchema.describe('Tests after the switch, while it bakes'),
        bake: ownBakeSchema,
      })
      .prefault({}),
  })
  .superRefine(({ before, bake, after }, context) => {
    const own = { ...bake, ...after.bake };
    if (own.min > own.max) {
      const message = 'min must not be above max';
      context.addIssue({ code: 'custom', path: ['after', 'bake'], message });
    }
    const names = [...before, ...after.tests].map(({ name }) => name);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice === undefined) return;
    const message = `two tests are called "${twice}"`;
    context.addIssue({ code: 'custom', path: ['after', 'tests'], message });
  });

export const strategySchema = z
  .union([
    z.strictObject({ canary: canarySchema }),
    z.strictObject({ blueGreen: blueGreenSchema }),
    z.strictObject({ allAtOnce: z.strictObject({ bake: bakeSchema.optional() }) }),
  ])
  .describe('How the audience grows');
