/** The shelf of verifiers: one line per vendor. */

import { createShelf } from '../shelf.ts';
import { command } from './command/index.ts';
import type { Verifier } from './contract.ts';
import { githubChecks } from './github-checks/index.ts';

export const verifiers = createShelf<Verifier>('verifier', [githubChecks, command]);
