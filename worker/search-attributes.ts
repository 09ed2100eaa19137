/** Registers the search attributes: without them every workflow task would fail, for ever. */

import protobuf from '@temporalio/proto';
import type { NativeConnection } from '@temporalio/worker';
import { searchAttributes } from '../domain/search-attributes.ts';

/** Adds what is missing. Safe to repeat, and when several workers start at once. */
export async function registerSearchAttributes(
  connection: Pick<NativeConnection, 'operatorService'>,
  namespace: string,
): Promise<void> {
  const { IndexedValueType } = protobuf.temporal.api.enums.v1;
  const entries = Object.entries(searchAttributes).map(([name, type]) => [
    name,
    IndexedValueType[`INDEXED_VALUE_TYPE_${type}`],
  ]);
  await connection.operatorService.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(entries),
  });
}
