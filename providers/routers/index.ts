/** The shelf of routers: one line per vendor. */

import type { RouterPowers } from '../../domain/traffic.ts';
import { createShelf } from '../shelf.ts';
import type { Router } from './contract.ts';
import { envoy } from './envoy/index.ts';

const vendors = [envoy];

export const routers = createShelf<Router>('router', vendors);

/** What each vendor can do, by name, without opening a connection. */
export const routerPowers: Record<string, RouterPowers> = Object.fromEntries(
  vendors.map((vendor) => [vendor.name, vendor.powers]),
);
