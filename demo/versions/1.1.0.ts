/** Version 1.1.0 of the sample shop: loyal customers pay less. */

import { serveShop } from '../shop.ts';

serveShop(({ customer }) => (customer === 'loyal' ? 900 : 1000));
