/** Did you mean …? The keys that are known at a place, and the one that was probably meant. */

import { specJsonSchema } from '../domain/spec.ts';
import type { Path } from './document.ts';

interface JsonSchema {
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | boolean;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
}

let root: JsonSchema | undefined;

/** Keys that a specification may have at `path`; empty when any key is allowed there. */
export function knownKeys(path: Path): string[] {
  root ??= specJsonSchema();
  return keysIn(root, path);
}

/** The same for the documents of any JSON Schema. */
export function keysIn(schema: object, path: Path): string[] {
  let places: JsonSchema[] = [schema];
  for (const segment of path) places = places.flatMap((place) => step(place, segment));
  return [
    ...new Set(
      places.flatMap(alternatives).flatMap(({ properties }) => Object.keys(properties ?? {})),
    ),
  ];
}

/** The candidate nearest to `word`, or null when none is near enough to be a typo of it. */
export function nearest(word: string, candidates: readonly string[]): string | null {
  const ranked = candidates
    .map((candidate) => ({
      candidate,
      edits: distance(word.toLowerCase(), candidate.toLowerCase()),
    }))
    .toSorted((a, b) => a.edits - b.edits);
  const best = ranked[0];
  if (!best) return null;
  return best.edits <= Math.max(1, Math.floor(best.candidate.length / 3)) ? best.candidate : null;
}

function alternatives(schema: JsonSchema): JsonSchema[] {
  return schema.anyOf ? schema.anyOf.flatMap(alternatives) : [schema];
}

function step(schema: JsonSchema, segment: string | number): JsonSchema[] {
  return alternatives(schema).flatMap(({ properties, additionalProperties, items }) => {
    const next =
      typeof segment === 'number' ? items : (properties?.[segment] ?? additionalProperties);
    return typeof next === 'object' ? [next] : [];
  });
}

/** Levenshtein distance: single-character edits from `a` to `b`. */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const change = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(change, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
