/** Settings of every provider a specification names, checked by the vendors' own schemas. */

import { CrescendoError } from '../domain/errors.ts';
import type { FieldError } from '../domain/errors.ts';
import type { ProviderReference } from '../domain/release.ts';
import type { Spec } from '../domain/spec.ts';
import { checkSettings } from '../providers/schemas.ts';
import type { Path, SpecDocument } from './document.ts';
import { fieldAt, nameKind, unknownKey } from './issues.ts';

type Kind = Parameters<typeof checkSettings>[0];

interface Mention {
  kind: Kind;
  /** Of the mapping whose one key is the vendor. */
  path: Path;
  reference: ProviderReference;
}

/** What is wrong with the providers' settings; empty when all are right. */
export function settingsErrors(spec: Spec, document: SpecDocument): FieldError[] {
  return mentions(spec).flatMap((mention) => errorsOf(mention, document));
}

function mentions(spec: Spec): Mention[] {
  const environments = Object.entries(spec.environments).flatMap(([name, { target, router }]) => [
    { kind: 'target' as const, path: ['environments', name, 'target'], reference: target },
    ...(router
      ? [{ kind: 'router' as const, path: ['environments', name, 'router'], reference: router }]
      : []),
  ]);
  return [
    ...listed('verifier', ['verify'], spec.verify),
    ...environments,
    ...listed('test', ['staging', 'tests'], spec.staging?.tests ?? []),
    ...listed('test', ['production', 'tests'], spec.production.tests),
    ...testsAround(spec.production.strategy),
    ...listed('notifier', ['notify'], spec.notify),
  ];
}

function testsAround(strategy: Spec['production']['strategy']): Mention[] {
  if (!('blueGreen' in strategy)) return [];
  const { before, after } = strategy.blueGreen;
  const path = ['production', 'strategy', 'blueGreen'];
  return [
    ...listed('test', [...path, 'before'], before),
    ...listed('test', [...path, 'after', 'tests'], after.tests),
  ];
}

function listed(kind: Kind, path: Path, references: readonly ProviderReference[]): Mention[] {
  return references.map((reference, index) => ({ kind, path: [...path, index], reference }));
}

function errorsOf({ kind, path, reference }: Mention, document: SpecDocument): FieldError[] {
  const vendorPath = [...path, reference.vendor];
  try {
    checkSettings(kind, reference);
    return [];
  } catch (error) {
    if (!(error instanceof CrescendoError)) throw error;
    if (error.fields.length === 0) return [fieldAt(document, vendorPath, error.message, 'key')];
    return error.fields.flatMap((field) => placed(field, vendorPath, document));
  }
}

/** The shelves pass zod's sentences on. */
const unrecognized = /^Unrecognized keys?: (.+)$/;
const wrongKind = /^Invalid input: expected (\w+), received (\w+)$/;

function placed(field: FieldError, vendorPath: Path, document: SpecDocument): FieldError[] {
  const path = [...vendorPath, ...segmentsOf(field.path)];
  const keys = unrecognized.exec(field.message)?.[1];
  if (!keys) return [fieldAt(document, path, inOurWords(field.message))];
  return [...keys.matchAll(/"([^"]*)"/g)].map(([, key = '']) =>
    fieldAt(document, [...path, key], unknownKey(key, []), 'key'),
  );
}

function inOurWords(message: string): string {
  const [, expected, received] = wrongKind.exec(message) ?? [];
  if (!expected || !received) return message.replace(/^Invalid input: /, '');
  if (received === 'undefined') return `is missing: expected ${nameKind(expected)}`;
  return `expected ${nameKind(expected)}, not ${nameKind(received)}`;
}

function segmentsOf(path: string): (string | number)[] {
  if (path === '') return [];
  return path.split('.').map((segment) => (/^\d+$/.test(segment) ? Number(segment) : segment));
}
