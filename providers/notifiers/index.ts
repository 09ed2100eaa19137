/** The shelf of notifiers: one line per vendor. */

import { createShelf } from '../shelf.ts';
import type { Notifier } from './contract.ts';
import { log } from './log/index.ts';
import { webhook } from './webhook/index.ts';

export const notifiers = createShelf<Notifier>('notifier', [log, webhook]);
