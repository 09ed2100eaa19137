/** The shelf of test runners: one line per vendor. */

import { createShelf } from '../shelf.ts';
import { command } from './command/index.ts';
import type { TestRunner } from './contract.ts';
import { http } from './http/index.ts';

export const testRunners = createShelf<TestRunner>('test runner', [http, command]);
