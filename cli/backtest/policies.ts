/** Policies for `backtest`: from files, and from what the command line says otherwise. */

import { z } from 'zod';
import { policySchema, type Policy } from '../../domain/analysis/backtest/policy.ts';
import { CrescendoError } from '../../domain/errors.ts';
import { isRecord } from '../../domain/json.ts';
import { readDocument, type SpecDocument } from '../../specification/document.ts';
import { fieldsOf } from '../../specification/issues.ts';
import type { SpecFile } from '../commands/spec-file.ts';
import { exitCodes } from '../exit-codes.ts';
import { Failure, usage } from '../failure.ts';

/** One `field=value` of the command line, `metrics.errors.tolerance=20%`. */
export interface Setting {
  path: string[];
  value: unknown;
}

/** @throws Failure (usage) when it has no `=` or names nothing */
export function parseSetting(text: string): Setting {
  const at = text.indexOf('=');
  const [first = '', ...rest] = at > 0 ? text.slice(0, at).split('.') : [];
  if (first === '') {
    const advice = 'Write it like `--set alpha=0.1%` or `--set metrics.errors.tolerance=20%`.';
    throw usage(`"${text}" says no field and no value`, advice);
  }
  const value = scalar(text.slice(at + 1));
  // Names of metrics may have dots: what is between the first and the last is one.
  if (first !== 'metrics' || rest.length < 2) return { path: [first, ...rest], value };
  return { path: [first, rest.slice(0, -1).join('.'), rest.at(-1) ?? ''], value };
}

/** Numbers, `true`, `false` and `null` as YAML has them; anything else is text. */
function scalar(text: string): unknown {
  if (/^(?:true|false|null|-?\d+(?:\.\d+)?(?:e-?\d+)?)$/.test(text)) return JSON.parse(text);
  return text;
}

/** The policies of one file: one, a list, or a whole specification. @throws Failure (usage) with every wrong field */
export function policiesIn(file: SpecFile): unknown[] {
  const { data } = documentOf(file);
  if (isRecord(data) && 'analysis' in data) {
    const { application, analysis } = data;
    return [{ method: 'specification', name: application, analysis }];
  }
  return Array.isArray(data) ? data : [data];
}

/**
 * Checked policies, `settings` put into those of the sequential method.
 * @throws Failure (usage) naming the field and what would be right
 */
export function checkPolicies(
  written: readonly unknown[],
  settings: readonly Setting[],
  name: string,
): Policy[] {
  return written.map((one, index) => {
    const asked = settings.reduce((policy, setting) => withSetting(policy, setting), one);
    const result = policySchema.safeParse(asked);
    if (result.success) return result.data;
    const document: SpecDocument = { data: asked, locate: () => ({ line: 1, column: 1 }) };
    const fields = fieldsOf(result.error.issues, document).map(({ path, message }) => ({
      path: written.length > 1 ? `${index}.${path}` : path,
      message,
    }));
    throw invalid(name, fields);
  });
}

function withSetting(policy: unknown, { path, value }: Setting): unknown {
  const { success } = z.object({ method: z.literal('sequential') }).safeParse(policy);
  return success ? put(policy, path, value) : policy;
}

function put(into: unknown, [first, ...rest]: readonly string[], value: unknown): unknown {
  if (first === undefined) return value;
  const own = typeof into === 'object' && into !== null ? (into as Record<string, unknown>) : {};
  return { ...own, [first]: put(own[first], rest, value) };
}

function documentOf(file: SpecFile): SpecDocument {
  try {
    return readDocument(file.text);
  } catch (error) {
    if (!(error instanceof CrescendoError)) throw error;
    throw invalid(file.name, error.fields ?? []);
  }
}

function invalid(name: string, fields: { path: string; message: string }[]): Failure {
  const first = fields[0];
  const message = `${name} is no policy: ${first?.path ? `${first.path} ` : ''}${first?.message ?? ''}`;
  const advice = 'docs/analysis.md has an example of each method.';
  return new Failure(exitCodes.usage, message, advice, { fields });
}
