/** Settings and connection of the log notifier: there are none. */

import { z } from 'zod';

export const settingsSchema = z.strictObject({});
export type Settings = z.infer<typeof settingsSchema>;

export const connectionSchema = z.strictObject({});
export type Connection = z.infer<typeof connectionSchema>;
