/** Text → data with positions: reads YAML or JSON, refuses what is dangerous or ambiguous. */

import { CST, isMap, isPair, isScalar, isSeq, Lexer, LineCounter, parseDocument } from 'yaml';
import type { Document, Node, Pair } from 'yaml';
import { CrescendoError } from '../domain/errors.ts';
import type { FieldError } from '../domain/errors.ts';

export type Path = readonly (string | number)[];
export type Position = Required<Pick<FieldError, 'line' | 'column'>>;

export interface SpecDocument {
  data: unknown;
  /**
   * Where the value at `path` stands, or its key. What is not there is looked for at the nearest
   * ancestor that is.
   */
  locate(path: Path, what: 'key' | 'value'): Position;
}

/** Checking a document takes time that grows faster than its length. */
export const maxCharacters = 256 * 1024;
/** Readers of nested documents are recursive; real specifications have about ten levels. */
const maxDepth = 100;
const maxColumns = 500;
const maxAliases = 100;

/** @throws CrescendoError spec_invalid with the position of every problem */
export function readDocument(text: string): SpecDocument {
  refuseExcess(text);
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const at = (offset: number): Position => {
    const { line, col } = lineCounter.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const problems = [...document.errors, ...document.warnings];
  if (problems.length > 0) {
    throw invalid(
      problems.slice(0, 20).map(({ code, message, pos }) => ({
        path: '',
        message: explain(code, message),
        ...at(pos[0]),
      })),
    );
  }
  return {
    data: toData(document),
    locate: (path, what) => at(offsetOf(document, path, what)),
  };
}

/** spec_invalid with its fields; the message names the first. */
export function invalid(fields: FieldError[]): CrescendoError {
  const [first] = fields;
  const more = fields.length > 1 ? ` (and ${fields.length - 1} more)` : '';
  const where = first?.path ? `${first.path}: ` : '';
  const message = `the specification is not valid: ${where}${first?.message ?? 'unknown'}${more}`;
  return new CrescendoError('spec_invalid', message, fields);
}

function refuseExcess(text: string): void {
  if (text.length > maxCharacters) {
    throw refusal(`has ${text.length} characters; at most ${maxCharacters} are read`);
  }
  if (text.trim() === '')
    throw refusal('is empty; a specification begins with `application: NAME`');
  if (depthOf(text) > maxDepth) throw refusal(`is nested more than ${maxDepth} levels deep`);
}

/** About the file as a whole. */
function refusal(message: string): CrescendoError {
  return invalid([{ path: '', message, line: 1, column: 1 }]);
}

/** Levels of brackets; lines that begin too far right count as too deep. */
function depthOf(text: string): number {
  if (new RegExp(`^(?:[ \\t]|[-?](?=[ \\t])){${maxColumns}}`, 'm').test(text)) return Infinity;
  let depth = 0;
  let deepest = 0;
  for (const token of new Lexer().lex(text)) {
    const type = CST.tokenType(token);
    if (type === 'flow-seq-start' || type === 'flow-map-start') depth += 1;
    if (type === 'flow-seq-end' || type === 'flow-map-end') depth -= 1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

function toData(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: maxAliases });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw refusal(`aliases cannot be resolved: ${reason}`);
  }
}

const explanations: Partial<Record<string, string>> = {
  TAB_AS_INDENT: 'a tab indents this line; use spaces',
  DUPLICATE_KEY: 'this key is there twice; keep one',
  MULTIPLE_DOCS: 'a second document begins here (`---`); keep one specification per file',
};

function explain(code: string, message: string): string {
  return explanations[code] ?? message;
}

function offsetOf(document: Document, path: Path, what: 'key' | 'value'): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const [index, segment] of path.entries()) {
    const next = childOf(node, segment, document);
    if (!next) return offset;
    const value = isPair(next) ? next.value : next;
    const wantsKey = index < path.length - 1 || what === 'key' || isEmpty(value);
    offset = (isPair(next) && wantsKey ? startOf(next.key) : startOf(value)) ?? offset;
    node = value;
  }
  return offset;
}

function childOf(node: unknown, segment: string | number, document: Document): Pair | Node | null {
  const resolved = isAlias(node) ? node.resolve(document) : node;
  if (isSeq(resolved)) return (resolved.items[Number(segment)] as Node | undefined) ?? null;
  if (!isMap(resolved)) return null;
  return (
    resolved.items.find(({ key }) => isScalar(key) && String(key.value) === `${segment}`) ?? null
  );
}

function isAlias(node: unknown): node is { resolve(document: Document): unknown } {
  return typeof node === 'object' && node !== null && 'resolve' in node;
}

function isEmpty(value: unknown): boolean {
  return value === null || (isScalar(value) && value.value === null);
}

function startOf(node: unknown): number | undefined {
  return (node as { range?: [number, number, number] | null } | null)?.range?.[0];
}
