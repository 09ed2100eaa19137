/** zod's issues → field errors that say what would be right, with their place in the file. */

import type { z } from 'zod';
import type { FieldError } from '../domain/errors.ts';
import type { Path, SpecDocument } from './document.ts';
import { knownKeys, nearest } from './suggest.ts';

type Issue = z.core.$ZodIssue;

/** The keys that a document may have at a path. */
type Keys = (path: Path) => string[];

/**
 * Every issue with line and column; those of alternatives come from the one that fits best. `keys`:
 * of another kind of document than a specification.
 */
export function fieldsOf(
  issues: readonly Issue[],
  document: SpecDocument,
  keys: Keys = knownKeys,
): FieldError[] {
  return issues.flatMap((issue) => explain(issue, document, keys));
}

/** One field error at `path`; `what` says whether its key or its value is wrong. */
export function fieldAt(
  document: SpecDocument,
  path: Path,
  message: string,
  what: 'key' | 'value' = 'value',
): FieldError {
  return { path: path.join('.'), message, ...document.locate(path, what) };
}

/** The sentence about a key nobody knows, with the one that was probably meant. */
export function unknownKey(key: string, known: readonly string[]): string {
  const meant = nearest(key, known);
  if (meant) return `unknown key "${key}"; did you mean "${meant}"?`;
  return known.length > 0
    ? `unknown key "${key}"; known here: ${known.join(', ')}`
    : `unknown key "${key}"`;
}

function explain(issue: Issue, document: SpecDocument, keys: Keys): FieldError[] {
  const path = issue.path as Path;
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) =>
        fieldAt(document, [...path, key], unknownKey(key, keys(path)), 'key'),
      );
    case 'invalid_union':
      return explainUnion(issue, document, keys);
    case 'invalid_key':
      return [fieldAt(document, path, issue.issues[0]?.message ?? issue.message, 'key')];
    case 'invalid_value':
      return [fieldAt(document, path, explainValue(issue, valueAt(document.data, path)))];
    case 'invalid_type':
      return [fieldAt(document, path, explainType(issue.expected, valueAt(document.data, path)))];
    default:
      return [fieldAt(document, path, issue.message)];
  }
}

function explainUnion(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  document: SpecDocument,
  keys: Keys,
): FieldError[] {
  const branches = issue.errors.toSorted((a, b) => misfit(a) - misfit(b));
  const [best = []] = branches;
  const wrongKinds = issue.errors.map((errors) => kindExpectedBy(errors));
  if (wrongKinds.every((kind) => kind !== null)) {
    const expected = [...new Set(wrongKinds.map(nameKind))].join(' or ');
    const value = valueAt(document.data, issue.path as Path);
    return [fieldAt(document, issue.path as Path, missingOr(expected, value))];
  }
  const inPlace = best.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
  return fieldsOf(inPlace, document, keys);
}

/** How far the value is from an alternative: a wrong kind weighs most, a missing key least. */
function misfit(issues: readonly Issue[]): number {
  return issues.reduce((sum, issue) => {
    if (issue.code === 'invalid_type' && issue.path.length === 0) return sum + 10;
    if (issue.code === 'unrecognized_keys') return sum + 2 * issue.keys.length;
    return sum + (issue.code === 'invalid_value' ? 3 : 1);
  }, 0);
}

function kindExpectedBy(issues: readonly Issue[]): string | null {
  const [issue] = issues;
  return issue?.code === 'invalid_type' && issue.path.length === 0 ? issue.expected : null;
}

function explainValue(issue: Extract<Issue, { code: 'invalid_value' }>, value: unknown): string {
  const options = issue.values.map(String);
  const meant = typeof value === 'string' ? nearest(value, options) : null;
  const expected = options.length === 1 ? options[0] : `one of ${options.join(', ')}`;
  if (value === undefined) return `is missing: expected ${expected}`;
  return `expected ${expected}, not ${describe(value)}${meant ? `; did you mean "${meant}"?` : ''}`;
}

function explainType(expected: string, value: unknown): string {
  return missingOr(nameKind(expected), value);
}

function missingOr(expected: string, value: unknown): string {
  return value === undefined
    ? `is missing: expected ${expected}`
    : `expected ${expected}, not ${describe(value)}`;
}

const kinds: Partial<Record<string, string>> = {
  object: 'a mapping',
  record: 'a mapping',
  array: 'a list',
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};

/** A kind of value as people call it. */
export function nameKind(kind: string | null): string {
  return kinds[kind ?? ''] ?? kind ?? 'something else';
}

function describe(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  return typeof value === 'string' ? `the text "${value.slice(0, 60)}"` : JSON.stringify(value);
}

function valueAt(data: unknown, path: Path): unknown {
  let value = data;
  for (const segment of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, segment))
      return undefined;
    value = (value as Record<string | number, unknown>)[segment];
  }
  return value;
}
