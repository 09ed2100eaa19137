/** pack: a large value with what repeats in it written once, so that it fits into one payload. */

import { isRecord } from './json.ts';

/** A value whose repeated parts are in `shared`; a place that has one of them says `{ $: index }`. */
export interface Packed<T> {
  packed: unknown;
  shared: unknown[];
  /** Never there: says to the compiler what comes out. */
  of?: T;
}

/** Small values travel as they are, so that they can be read in Temporal Web UI. */
export type Packable<T> = T | Packed<T>;

/** Parts that are shorter as JSON are cheaper than what would stand for them. */
const leastShared = 40;

/** Characters of JSON up to which a value is left as it is. */
const readable = 50_000;

/** Packs what is long as JSON. Takes JSON values; properties that are undefined are left out. */
export function packLarge<T>(value: T): Packable<T> {
  return JSON.stringify(value).length > readable ? pack(value) : value;
}

/** Packs a JSON value. `unpack` gives an equal one, in which repeated parts are one object. */
export function pack<T>(value: T): Packed<T> {
  const seen = new Map<string, number>();
  count(value, seen);
  const places = new Map<string, number>();
  const shared: unknown[] = [];
  const write = (part: unknown): unknown => {
    if (part === null || (typeof part !== 'object' && typeof part !== 'string')) return part;
    const key = JSON.stringify(part);
    if (key.length < leastShared || (seen.get(key) ?? 0) < 2) return spread(part, write);
    const known = places.get(key);
    if (known !== undefined) return { $: known };
    // Its parts come first, so that every index points backwards.
    const content = spread(part, write);
    places.set(key, shared.length);
    shared.push(content);
    return { $: shared.length - 1 };
  };
  const packed = write(value);
  return { packed, shared };
}

/** The value again; what was never packed is returned as it is. */
export function unpack<T>(value: Packable<T>): T {
  if (!isPacked(value)) return value;
  const shared: unknown[] = [];
  const read = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(read);
    if (!isRecord(part)) return part;
    if (typeof part['$'] === 'number') return shared[part['$']];
    const own = isRecord(part['$']) ? part['$'] : part;
    return mapped(own, read);
  };
  for (const part of value.shared) shared.push(read(part));
  return read(value.packed) as T;
}

function isPacked<T>(value: Packable<T>): value is Packed<T> {
  return isRecord(value) && 'packed' in value && Array.isArray(value['shared']);
}

/** Counts parts that are worth sharing; what is inside a repeated one is not counted again. */
function count(part: unknown, seen: Map<string, number>): void {
  if (part === null || (typeof part !== 'object' && typeof part !== 'string')) return;
  const key = JSON.stringify(part);
  if (key.length < leastShared) return;
  const before = seen.get(key) ?? 0;
  seen.set(key, before + 1);
  if (before > 0 || typeof part === 'string') return;
  for (const inner of Object.values(part)) count(inner, seen);
}

/** The part with its own parts written. One that could be taken for a reference is wrapped. */
function spread(part: unknown, write: (inner: unknown) => unknown): unknown {
  if (Array.isArray(part)) return part.map((inner) => write(inner ?? null));
  if (!isRecord(part)) return part;
  const content = mapped(part, write);
  return '$' in part ? { $: content } : content;
}

function mapped(part: Record<string, unknown>, change: (inner: unknown) => unknown) {
  const entries = Object.entries(part).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(entries.map(([key, inner]) => [key, change(inner)]));
}
