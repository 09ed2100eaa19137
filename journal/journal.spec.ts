/** The journal on PGlite, in the process of the test. */

import { describeJournal } from '../test/contracts/journal/index.ts';
import { openTestDatabase } from '../test/support/journal.ts';

describeJournal('PGlite', openTestDatabase);
