/** Version 1.2.0 of the sample shop, the bad one: a table was renamed, but not everywhere. */

import { serveShop } from '../shop.ts';

const discounts: Partial<Record<string, { percent: number }>> = { guest: { percent: 0 } };

// Tests only know guests, so staging is green; loyal customers exist in production alone.
serveShop(({ customer }) => {
  const discount = discounts[customer];
  if (!discount) throw new Error(`no discount for ${customer}`);
  return 1000 - discount.percent * 10;
});
