/** Settings of the Envoy metrics: none in the specification, the router's connection otherwise. */

import { z } from 'zod';
import { connectionSchema as routerConnection } from '../../routers/envoy/schema.ts';

export const settingsSchema = z.strictObject({});
export type Settings = z.infer<typeof settingsSchema>;

/** The router's connection serves both; without a router, `admin` is enough. */
export const connectionSchema = routerConnection.partial({ directory: true });
export type Connection = z.infer<typeof connectionSchema>;
