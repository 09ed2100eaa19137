/** judgeLine: one line of a file of recorded cases to its answers, or to what is wrong with it. */

import type { FieldError } from '../../domain/errors.ts';
import { isRecord } from '../../domain/json.ts';
import { fieldAt, fieldsOf } from '../../specification/issues.ts';
import type { SpecDocument } from '../../specification/document.ts';
import { kinds, type Judged } from './cases.ts';

/** `line` counts from 1. */
export function judgeLine(text: string, line: number): Judged | { errors: FieldError[] } {
  const data = parse(text);
  const document: SpecDocument = { data, locate: () => ({ line, column: 1 }) };
  if (data instanceof SyntaxError) {
    return { errors: [fieldAt(document, [], `not one JSON document: ${data.message}`)] };
  }
  const named = isRecord(data) ? data['kind'] : undefined;
  const found = typeof named === 'string' && Object.hasOwn(kinds, named) ? kinds[named] : undefined;
  if (!found) return { errors: [fieldAt(document, ['kind'], unknownKind(named))] };
  const { success, data: input, error } = found.schema.safeParse(data);
  if (!success) return { errors: fieldsOf(error.issues, document) };
  return found.judge(input as never);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return error;
  }
}

function unknownKind(named: unknown): string {
  const known = Object.keys(kinds).join(', ');
  return named === undefined
    ? `is missing: expected one of ${known}`
    : `unknown kind ${JSON.stringify(named).slice(0, 60)}; expected one of ${known}`;
}
