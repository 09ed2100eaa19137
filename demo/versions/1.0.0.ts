/** Version 1.0.0 of the sample shop: one price for everybody. */

import { serveShop } from '../shop.ts';

serveShop(() => 1000);
