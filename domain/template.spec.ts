import { describe, expect, it } from 'vitest';
import { fillTemplate, fillTemplates } from './template.ts';

const values = { version: '1.1.0', 'canary.url': 'http://c' };

describe('domain/template', () => {
  it.each([
    ['a name', 'v={{version}}', 'v=1.1.0'],
    ['a dotted name', '{{canary.url}}/health', 'http://c/health'],
    ['spaces inside', '{{ version }}', '1.1.0'],
    ['the same name twice', '{{version}}{{version}}', '1.1.01.1.0'],
    ['no placeholder', 'rate(x{a="b"}[1m])', 'rate(x{a="b"}[1m])'],
    ['an unknown name, left as it is', '{{nobody}}', '{{nobody}}'],
    ['a name every object has', '{{constructor}}', '{{constructor}}'],
  ])('fills %s', (_, text, filled) => expect(fillTemplate(text, values)).toBe(filled));

  it('does not read a value as a pattern or fill it again', () => {
    expect(fillTemplate('{{a}}', { a: '$& {{b}}', b: 'no' })).toBe('$& {{b}}');
  });

  it('reports names without a value', () => {
    const missing: string[] = [];
    fillTemplate('{{version}} {{x}} {{y.z}}', values, (name) => missing.push(name));
    expect(missing).toEqual(['x', 'y.z']);
  });

  it('fills every string inside a value and keeps the rest', () => {
    const settings = { url: '{{canary.url}}', list: ['{{version}}', 3, null], ok: true };
    expect(fillTemplates(settings, values)).toEqual({
      url: 'http://c',
      list: ['1.1.0', 3, null],
      ok: true,
    });
  });
});
