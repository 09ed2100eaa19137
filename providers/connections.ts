/** Connections: the addresses and credentials that stay on a worker; the spec only names them. */

import { readFileSync } from 'node:fs';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { CrescendoError } from '../domain/errors.ts';

const entrySchema = z.looseObject({ vendor: z.string().optional() });
const fileSchema = z.strictObject({ connections: z.record(z.string(), entrySchema) });

/** `{ env: NAME }` or `{ file: /path }` in place of a value: read when it is used, never kept. */
const secretSchema = z.union([
  z.strictObject({ env: z.string() }),
  z.strictObject({ file: z.string() }),
]);

export interface Connections {
  readonly names: string[];
  /** @throws CrescendoError connection_unknown */
  vendorOf(name: string): string;
  /**
   * Settings of the connection `name`, secrets filled in. A name that is not in the file but equals
   * `vendor` gives `{}`, so that vendors which need no settings need no file.
   * @throws CrescendoError connection_unknown | connection_invalid
   */
  find(name: string, vendor: string): Record<string, unknown>;
}

/** Connections from already parsed entries. An entry without `vendor` has its own name as vendor. */
export function createConnections(
  entries: Record<string, Record<string, unknown>>,
  environment: NodeJS.ProcessEnv = process.env,
): Connections {
  const names = Object.keys(entries);
  const vendorOfEntry = (name: string) => {
    const vendor = entries[name]?.['vendor'];
    return typeof vendor === 'string' ? vendor : name;
  };

  function unknown(name: string): CrescendoError {
    const known = names.length === 0 ? 'there are none' : `there are: ${names.join(', ')}`;
    return new CrescendoError('connection_unknown', `no connection is called "${name}"; ${known}`);
  }

  return {
    names,
    vendorOf: vendorOfEntry,
    find(name, vendor) {
      const entry = Object.hasOwn(entries, name) ? entries[name] : undefined;
      if (!entry) {
        if (name === vendor) return {};
        throw unknown(name);
      }
      if (vendorOfEntry(name) !== vendor) {
        const message = `connection "${name}" is for ${vendorOfEntry(name)}, not for ${vendor}`;
        throw new CrescendoError('connection_invalid', message);
      }
      const { vendor: _vendor, ...settings } = entry;
      return resolveSecrets(settings, environment, name) as Record<string, unknown>;
    },
  };
}

/** Reads a connections file (YAML or JSON). Without a path there are no connections. */
export function loadConnections(path: string | undefined): Connections {
  if (!path) return createConnections({});
  const parsed = fileSchema.safeParse(parseYaml(readFileSync(path, 'utf8')));
  if (!parsed.success) {
    const message = `${path}: ${z.prettifyError(parsed.error)}`;
    throw new CrescendoError('connection_invalid', message);
  }
  return createConnections(parsed.data.connections);
}

function resolveSecrets(value: unknown, environment: NodeJS.ProcessEnv, name: string): unknown {
  if (Array.isArray(value)) return value.map((item) => resolveSecrets(item, environment, name));
  if (typeof value !== 'object' || value === null) return value;
  const secret = secretSchema.safeParse(value);
  if (!secret.success) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, resolveSecrets(item, environment, name)]),
    );
  }
  if ('file' in secret.data) return readFileSync(secret.data.file, 'utf8').trim();
  const found = environment[secret.data.env];
  if (found === undefined) {
    const message = `connection "${name}" needs the environment variable ${secret.data.env}`;
    throw new CrescendoError('connection_invalid', message);
  }
  return found;
}
