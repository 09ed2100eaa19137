/** The shelf of deploy targets: one line per vendor. */

import { createShelf } from '../shelf.ts';
import type { Target } from './contract.ts';
import { processTarget } from './process/index.ts';

export const targets = createShelf<Target>('target', [processTarget]);
