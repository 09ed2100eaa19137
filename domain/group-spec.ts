/** A group as users write it: applications that are released in an order, and go back as one. */

import { z } from 'zod';
import { layersOf } from './layers.ts';
import { labelSchema, versionSchema } from './spec.ts';

const memberSchema = z.strictObject({
  version: versionSchema.describe('What is released'),
  after: z
    .array(labelSchema)
    .max(50)
    .default([])
    .describe('Applications that have to be at 100 % before it begins'),
});

export const groupSchema = z
  .strictObject({
    group: labelSchema.describe('Name of the group'),
    applications: z
      .record(labelSchema, memberSchema)
      .refine((all) => Object.keys(all).length > 0, 'name at least one application')
      .refine((all) => Object.keys(all).length <= 50, 'a group has at most 50 applications'),
  })
  .superRefine(({ applications }, context) => {
    const names = Object.keys(applications);
    for (const [name, { after }] of Object.entries(applications)) {
      after.forEach((other, index) => {
        if (names.includes(other)) return;
        const message = `"${other}" is no application of this group; there are: ${names.join(', ')}`;
        const path = ['applications', name, 'after', index];
        context.addIssue({ code: 'custom', path, message });
      });
    }
    const stuck = names.filter((name) => !layersOf(applications).flat().includes(name));
    const [first] = stuck;
    if (first === undefined || stuck.some((name) => strangers(applications, name))) return;
    const message = `these wait for each other: ${stuck.join(', ')}`;
    context.addIssue({ code: 'custom', path: ['applications', first, 'after'], message });
  });

export type Group = z.output<typeof groupSchema>;

/** Whether it waits for something that is not there, which is said already. */
function strangers(applications: Group['applications'], name: string): boolean {
  return (applications[name]?.after ?? []).some((other) => !applications[other]);
}
