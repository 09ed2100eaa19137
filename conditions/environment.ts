/** The CEL environment of conditions: one variable, `result`, and the helpers users know from Argo. */

import { Environment } from '@marcbachmann/cel-js';
import { glob } from './glob.ts';

/** A fresh environment; expressions are parsed and type-checked by it. */
export function conditionEnvironment(): Environment {
  const environment = new Environment({ homogeneousAggregateLiterals: false });
  environment.registerVariable('result', 'dyn', {
    description: 'The measured value: a number, a text, a list or a record',
  });
  addMixedNumbers(environment);
  addHelpers(environment);
  return environment;
}

const arithmetic = {
  '+': (a: number, b: number) => a + b,
  '-': (a: number, b: number) => a - b,
  '*': (a: number, b: number) => a * b,
  '/': (a: number, b: number) => a / b,
};

/**
 * Measured numbers are doubles, and `2` is an int: CEL knows no operator for the two. The return
 * type is written out because otherwise the result counts as an int, and the next operator fails.
 */
function addMixedNumbers(environment: Environment): void {
  for (const [sign, apply] of Object.entries(arithmetic)) {
    const mixed = (a: number | bigint, b: number | bigint) => apply(Number(a), Number(b));
    environment.registerOperator(`int ${sign} double: double`, mixed);
    environment.registerOperator(`double ${sign} int: double`, mixed);
  }
}

function addHelpers(environment: Environment): void {
  environment
    .registerFunction('asInt(dyn): int', asInt)
    .registerFunction('asFloat(dyn): double', asFloat)
    .registerFunction('isNaN(dyn): bool', (value) => value === null || Number.isNaN(number(value)))
    .registerFunction('isInf(dyn): bool', (value) => Math.abs(number(value)) === Infinity)
    .registerFunction('isNil(dyn): bool', (value) => value === null)
    .registerFunction('default(dyn, dyn): dyn', (value, otherwise) => value ?? otherwise)
    .registerFunction('len(dyn): int', length)
    .registerFunction('string.glob(string): bool', glob);
}

function asInt(value: unknown): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return BigInt(Math.trunc(value));
  if (typeof value === 'string' && /^[+-]?\d{1,19}$/.test(value))
    return BigInt(value.replace('+', ''));
  throw new TypeError(`asInt() takes a number or the digits of one, not ${shown(value)}`);
}

const decimal = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;

function asFloat(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  const text = typeof value === 'string' ? value.toLowerCase() : '';
  if (decimal.test(text)) return Number(text);
  if (text === 'nan') return Number.NaN;
  const infinite = /^([+-]?)inf(?:inity)?$/.exec(text);
  if (infinite) return infinite[1] === '-' ? -Infinity : Infinity;
  throw new TypeError(`asFloat() takes a number or the text of one, not ${shown(value)}`);
}

function number(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  throw new TypeError(`isNaN() and isInf() take a number, not ${shown(value)}`);
}

function length(value: unknown): bigint {
  if (typeof value === 'string') return BigInt(Array.from(value).length);
  if (Array.isArray(value)) return BigInt(value.length);
  if (typeof value === 'object' && value !== null) return BigInt(Object.keys(value).length);
  throw new TypeError(`len() takes a list, a record or a text, not ${shown(value)}`);
}

function shown(value: unknown): string {
  if (value === null) return 'null';
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : `a ${typeof value}`;
}
