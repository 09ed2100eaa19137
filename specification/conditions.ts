/** Conditions of metrics, read before anything runs: a typing error must not wait for production. */

import { conditionProblem } from '../conditions/measure.ts';
import type { FieldError } from '../domain/errors.ts';
import type { Spec } from '../domain/spec.ts';
import type { SpecDocument } from './document.ts';
import { fieldAt } from './issues.ts';

/** What is wrong with the conditions; empty when all can be read. */
export function conditionErrors(spec: Spec, document: SpecDocument): FieldError[] {
  return spec.analysis.metrics.flatMap((metric, index) => {
    if (metric.judgedBy !== 'conditions') return [];
    const { successCondition, failureCondition } = metric;
    return Object.entries({ successCondition, failureCondition }).flatMap(([field, text]) => {
      const problem = text === undefined ? null : conditionProblem(text);
      if (problem === null) return [];
      return [fieldAt(document, ['analysis', 'metrics', index, field], problem)];
    });
  });
}
