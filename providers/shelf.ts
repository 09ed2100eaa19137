/** A shelf holds the vendors of one kind, by name, and opens one from its reference in the spec. */

import type { z } from 'zod';
import { CrescendoError } from '../domain/errors.ts';
import type { ProviderReference } from '../domain/release.ts';
import type { Connections } from './connections.ts';

/** How one vendor is described to its shelf. */
export interface Vendor<Settings, Connection, Provider> {
  /** The key users write in the specification, e.g. `envoy`. */
  name: string;
  /** What the specification may say. Never secrets. */
  settings: z.ZodType<Settings>;
  /** What the worker's connections file says: addresses and credentials. */
  connection: z.ZodType<Connection>;
  create(settings: Settings, connection: Connection): Provider;
}

// oxlint-disable-next-line typescript/no-explicit-any -- a shelf mixes vendors of any settings
type AnyVendor<Provider> = Vendor<any, any, Provider>;

export interface Shelf<Provider> {
  readonly kind: string;
  readonly names: string[];
  /**
   * Checks settings without opening anything.
   * @throws CrescendoError provider_unknown | settings_invalid (with field paths)
   */
  check(reference: ProviderReference): void;
  /**
   * Opens the provider with the connection that its settings name (`connection:`, by default the
   * vendor's own name).
   * @throws CrescendoError as `check`, and connection_unknown | connection_invalid
   */
  open(reference: ProviderReference, connections: Connections): Provider;
  /** Opens by connection name alone: the connection says its vendor. For `from:` of metrics. */
  openConnection(name: string, connections: Connections): Provider;
}

export function createShelf<Provider>(
  kind: string,
  vendors: readonly AnyVendor<Provider>[],
): Shelf<Provider> {
  const byName = new Map(vendors.map((vendor) => [vendor.name, vendor]));
  const names = [...byName.keys()];

  function find(name: string): AnyVendor<Provider> {
    const vendor = byName.get(name);
    if (!vendor) {
      const message = `no ${kind} is called "${name}"; there are: ${names.join(', ')}`;
      throw new CrescendoError('provider_unknown', message);
    }
    return vendor;
  }

  function parseSettings(reference: ProviderReference) {
    const { connection, ...own } = reference.settings;
    const settings = parse(find(reference.vendor).settings, own, 'settings_invalid', () => {
      return `the settings of ${kind} "${reference.vendor}" are not valid`;
    });
    if (connection !== undefined && typeof connection !== 'string') {
      const field = { path: 'connection', message: 'must be the name of a connection' };
      throw new CrescendoError('settings_invalid', `connection: ${field.message}`, [field]);
    }
    return { settings, connection: connection ?? reference.vendor };
  }

  function openWith(
    vendor: AnyVendor<Provider>,
    settings: unknown,
    name: string,
    all: Connections,
  ) {
    const entry = all.find(name, vendor.name);
    const connection = parse(vendor.connection, entry, 'connection_invalid', () => {
      return `connection "${name}" is not a valid ${vendor.name} connection`;
    });
    return vendor.create(settings, connection);
  }

  return {
    kind,
    names,
    check: (reference) => void parseSettings(reference),
    open(reference, connections) {
      const { settings, connection } = parseSettings(reference);
      return openWith(find(reference.vendor), settings, connection, connections);
    },
    openConnection(name, connections) {
      const vendor = find(connections.vendorOf(name));
      return openWith(vendor, vendor.settings.parse({}), name, connections);
    },
  };
}

function parse<T>(
  schema: z.ZodType<T>,
  value: unknown,
  code: 'settings_invalid' | 'connection_invalid',
  message: () => string,
): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const fields = result.error.issues.map((issue) => ({
    path: issue.path.join('.'),
    message: issue.message,
  }));
  const list = fields.map((field) => `${field.path || '(all)'}: ${field.message}`).join('; ');
  throw new CrescendoError(code, `${message()}: ${list}`, fields);
}
