/** Makes zod ready before the SDK shares and freezes it (worker/bundle.ts). */

import { z } from 'zod';

// Its first schemas set its defaults, which a frozen zod cannot do any more.
z.object({ at: z.iso.datetime().transform(String) }).safeParse({});
