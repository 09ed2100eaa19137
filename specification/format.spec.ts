import { describe, expect, it } from 'vitest';
import { CrescendoError } from '../domain/errors.ts';
import { formatSpecErrors } from './format.ts';

describe('specification/format.ts', () => {
  it('gives one line per field, which editors can follow', () => {
    const error = new CrescendoError('spec_invalid', 'not valid', [
      { path: 'environments.eu.router', message: 'no router', line: 12, column: 5 },
      { path: '', message: 'this key is there twice; keep one', line: 3, column: 1 },
      { path: 'application', message: 'is missing' },
    ]);

    expect(formatSpecErrors(error, 'shop.yaml').split('\n')).toEqual([
      'shop.yaml:12:5  environments.eu.router  no router',
      'shop.yaml:3:1  this key is there twice; keep one',
      'shop.yaml  application  is missing',
    ]);
  });

  it('gives the message when no field is to blame', () => {
    const error = new CrescendoError('spec_invalid', 'cannot be read');

    expect(formatSpecErrors(error, 'shop.yaml')).toBe('shop.yaml  cannot be read');
  });
});
