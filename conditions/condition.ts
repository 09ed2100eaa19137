/** One condition: CEL text to a question that any measured value answers with true or false. */

import type { ASTNode } from '@marcbachmann/cel-js';
import { conditionEnvironment } from './environment.ts';

/** True or false, or why there is no answer. */
export type Answer = { holds: boolean } | { error: string };

/** Never throws: what cannot be read or evaluated is an answer too. */
export type Condition = (value: unknown) => Answer;

const environment = conditionEnvironment();
const longest = 10_000;

/**
 * Reads a condition, e.g. `result < 0.05`. Unknown names, wrong types and `matches` are found here,
 * in parts as well that an evaluation would not reach.
 */
export function readCondition(text: string): Condition | { error: string } {
  if (text.length > longest) return { error: `longer than ${longest} characters` };
  try {
    const parsed = environment.parse(text);
    if (callsMatches(parsed.ast)) return { error: noRegularExpressions };
    const { valid, type = 'dyn', error } = parsed.check();
    if (!valid) return { error: said(error) };
    if (type !== 'bool' && type !== 'dyn') return { error: `gives ${type}, not true or false` };
    return (value) => evaluate(parsed, value);
  } catch (error) {
    return { error: said(error) };
  }
}

function evaluate(parsed: (context: { result: unknown }) => unknown, value: unknown): Answer {
  try {
    return answer(parsed({ result: value }));
  } catch (error) {
    return { error: said(error) };
  }
}

function answer(result: unknown): Answer {
  if (typeof result === 'boolean') return { holds: result };
  const kind = typeof result === 'bigint' ? 'number' : typeof result;
  return { error: `gives a ${kind}, not true or false` };
}

const noRegularExpressions =
  'matches() is refused, as some patterns take hours: use startsWith, endsWith, contains or glob';

/** Whether a call of `matches` stands anywhere in the expression; CEL itself cannot be told to. */
function callsMatches({ op, args }: ASTNode): boolean {
  if ((op === 'call' || op === 'rcall') && args[0] === 'matches') return true;
  return nodesIn(args).some(callsMatches);
}

function nodesIn(part: unknown): ASTNode[] {
  if (Array.isArray(part)) return part.flatMap(nodesIn);
  const isNode = typeof part === 'object' && part !== null && 'op' in part;
  return isNode ? [part as ASTNode] : [];
}

/** The library's sentence without its drawing of the place, which is named instead. */
function said(error: unknown): string {
  const { summary, message, range } = (error ?? {}) as {
    summary?: string;
    message?: string;
    range?: { start: number };
  };
  const place = range ? ` at column ${range.start + 1}` : '';
  return `${summary ?? message ?? String(error)}${place}`;
}
