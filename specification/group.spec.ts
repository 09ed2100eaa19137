import { describe, expect, it } from 'vitest';
import { CrescendoError } from '../domain/errors.ts';
import { parseGroup } from './group.ts';

describe('specification/group', () => {
  it('tells where a file is wrong', () => {
    const text = `group: checkout
applications:
  payments:
    version: { name: 2.0.0, artifact: x }
    after: [orders]
  orders:
    version: { name: 2.0.0, artifact: x }
    after: [payments]
  web:
    version: { name: 2.0.0, artifact: x }
    after: [order]
`;
    const fieldsOf = (yaml: string) => {
      try {
        parseGroup(yaml);
        return [];
      } catch (error) {
        if (!(error instanceof CrescendoError)) throw error;
        return error.fields.map(({ path, line, message }) => [path, line, message]);
      }
    };
    expect(fieldsOf(text)).toEqual([
      ['applications.web.after.0', 11, expect.stringContaining('"order" is no application')],
    ]);
    expect(fieldsOf(text.replace('[order]', '[orders]'))).toEqual([
      ['applications.payments.after', 5, expect.stringContaining('wait for each other: payments')],
    ]);
    expect(fieldsOf('group: checkout\napplications: {}\n')[0]).toContain('applications');
  });
});
