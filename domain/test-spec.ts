/** A test as specifications name it: what is run against a deployed candidate. */

import { z } from 'zod';
import { isRecord } from './json.ts';

const testSchema = z
  .record(z.string(), z.unknown())
  .transform(({ name, ...kinds }, context) => {
    const refuse = (message: string, path: string[] = []) => {
      context.addIssue({ code: 'custom', message, path });
      return z.NEVER;
    };
    if (typeof name !== 'string' || name.length === 0 || name.length > 100) {
      return refuse('give the test a name of 1 to 100 characters', ['name']);
    }
    const [vendor, settings] = Object.entries(kinds)[0] ?? [];
    if (vendor === undefined || Object.keys(kinds).length !== 1) {
      return refuse('name exactly one kind of test beside `name`, e.g. http: { url: … }');
    }
    if (!isRecord(settings)) return refuse('its settings must be a mapping', [vendor]);
    return { name, vendor, settings };
  })
  .meta({ description: '`name`, and one kind of test with its settings: http or command' });

export const testsSchema = z.array(testSchema).max(100).default([]);

export type TestSpec = z.output<typeof testSchema>;
