/** Search attributes as Temporal wants them: typed pairs, for starts and for upserts. */

import {
  defineSearchAttributeKey,
  SearchAttributeType,
  TypedSearchAttributes,
} from '@temporalio/common';
import { upsertSearchAttributes } from '@temporalio/workflow';
import { searchAttributes, type SearchAttributeName } from '../domain/search-attributes.ts';

type Values = Partial<Record<SearchAttributeName, string>>;

/** For the start of a child. */
export function attributes(values: Values): TypedSearchAttributes {
  return new TypedSearchAttributes(pairs(values));
}

/** Changes attributes of the running workflow. One event in its history each time. */
export function setAttributes(values: Values): void {
  upsertSearchAttributes(pairs(values));
}

function pairs(values: Values) {
  return Object.entries(values).map(([name, value]) => ({
    key: defineSearchAttributeKey(
      name,
      SearchAttributeType[searchAttributes[name as SearchAttributeName]],
    ),
    value,
  }));
}
