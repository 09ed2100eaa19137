import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { envoyBootstrap, initialFiles } from './bootstrap.ts';

describe('providers/routers/envoy/bootstrap', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'crescendo-bootstrap-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('creates what Envoy needs to start, and leaves alone what is there', () => {
    const watched = join(directory, 'new', 'one');
    initialFiles(watched);
    expect(readdirSync(watched).sort()).toEqual(['clusters.json', 'listeners.json', 'sites']);
    writeFileSync(join(watched, 'clusters.json'), 'mine');
    initialFiles(watched);
    expect(readFileSync(join(watched, 'clusters.json'), 'utf8')).toBe('mine');
  });

  it('opens the admin interface to nobody else unless it is told to', () => {
    const { admin } = envoyBootstrap({ directory, adminPort: 9901, id: 'one' });
    expect(admin).toEqual({
      address: { socket_address: { address: '127.0.0.1', port_value: 9901 } },
    });
    const open = envoyBootstrap({ directory, adminPort: 9901, adminHost: '0.0.0.0', id: 'one' });
    expect(open['admin']).toEqual({
      address: { socket_address: { address: '0.0.0.0', port_value: 9901 } },
    });
  });
});
