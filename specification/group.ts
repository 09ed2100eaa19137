/** parseGroup: a group file as people write it → the group, or all that is wrong in it. */

import { groupSchema, type Group } from '../domain/group-spec.ts';
import { invalid, readDocument } from './document.ts';
import { fieldsOf } from './issues.ts';

/**
 * Reads YAML or JSON. Nothing is opened and no server is asked.
 * @throws CrescendoError spec_invalid; its fields have path, message, line and column (from 1)
 */
export function parseGroup(text: string): Group {
  const document = readDocument(text);
  const result = groupSchema.safeParse(document.data);
  if (!result.success) throw invalid(fieldsOf(result.error.issues, document));
  return result.data;
}
