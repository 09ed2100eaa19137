/** parseSpecification: a file as people write it → the specification, or all that is wrong in it. */

import type { Spec } from '../domain/spec.ts';
import { specSchema } from '../domain/spec.ts';
import { calendarErrors } from './calendar.ts';
import { conditionErrors } from './conditions.ts';
import { invalid, readDocument } from './document.ts';
import { fieldsOf } from './issues.ts';
import { settingsErrors } from './settings.ts';

export interface ParsedSpecification {
  spec: Spec;
  /** Valid, but probably not what was meant; one sentence each, beginning with the path. */
  warnings: string[];
}

/**
 * Reads YAML or JSON. Nothing is opened and no server is asked.
 * @throws CrescendoError spec_invalid; its fields have path, message, line and column (from 1)
 */
export function parseSpecification(text: string): ParsedSpecification {
  const document = readDocument(text);
  const result = specSchema.safeParse(document.data);
  if (!result.success) throw invalid(fieldsOf(result.error.issues, document));
  const errors = [
    ...settingsErrors(result.data, document),
    ...conditionErrors(result.data, document),
    ...calendarErrors(result.data, document),
  ];
  if (errors.length > 0) throw invalid(errors);
  return { spec: result.data, warnings: warningsOf(result.data) };
}

function warningsOf(spec: Spec): string[] {
  const warnings: string[] = [];
  const used = new Set([
    spec.staging?.environment,
    ...spec.production.waves.flatMap((wave) => wave.environments),
  ]);
  for (const name of Object.keys(spec.environments)) {
    if (!used.has(name)) warnings.push(`environments.${name}: no stage uses it`);
  }
  if (!('allAtOnce' in spec.production.strategy) && spec.analysis.metrics.length === 0) {
    warnings.push('analysis.metrics: is empty, so no step could pass; every plan will be refused');
  }
  return warnings;
}
