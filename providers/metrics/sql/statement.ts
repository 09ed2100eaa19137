/** From a query's text to the statement that is sent: one SELECT, with its time range bound. */

import { CrescendoError } from '../../../domain/errors.ts';
import type { MetricQuery } from '../contract.ts';

/** More rows than this are no metric. */
export const maxRows = 20_000;

export interface Statement {
  text: string;
  values: string[];
}

/** How each placeholder is cast, so that it works wherever a value of its kind does. */
const types: Record<string, string> = { from: 'timestamptz', to: 'timestamptz', step: 'interval' };
const placeholder = /(['"]?)\{\{\s*([A-Za-z0-9_.]+)\s*\}\}/g;

/**
 * The time range never becomes part of the text: it is bound. The query stands inside a SELECT, where
 * only another SELECT can stand: nothing that writes, and no second statement.
 * @throws CrescendoError settings_invalid
 */
export function toStatement(query: MetricQuery): Statement {
  const bound: string[] = [];
  const inner = query.query.replaceAll(placeholder, (_whole, quote: string, name: string) => {
    const type = Object.hasOwn(types, name) ? types[name] : undefined;
    if (!type) throw wrong(`{{${name}}} stands for nothing; there are: from, to, step`);
    if (quote !== '') throw wrong(`write {{${name}}} without quotes: it is bound as a ${type}`);
    if (!bound.includes(name)) bound.push(name);
    return `$${bound.indexOf(name) + 1}::${type}`;
  });
  // Line breaks, so that a comment at its end does not swallow the rest.
  const text = `select * from (\n${withoutEnd(inner)}\n) as answer limit ${maxRows + 1}`;
  return { text, values: bound.map((name) => valueOf(name, query)) };
}

function withoutEnd(text: string): string {
  return text.replace(/[\s;]+$/, '');
}

function valueOf(name: string, { from, to, step }: MetricQuery): string {
  if (name === 'step') return `${Math.max(1, Math.round(step))} milliseconds`;
  return new Date(Math.round(name === 'from' ? from : to)).toISOString();
}

function wrong(reason: string): CrescendoError {
  return new CrescendoError('settings_invalid', `the query is wrong: ${reason}`);
}
