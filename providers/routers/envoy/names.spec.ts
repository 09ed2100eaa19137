import { describe, expect, it } from 'vitest';
import { clusterName } from './names.ts';

const site = { application: 'shop', environment: 'eu' };

describe('providers/routers/envoy/names', () => {
  it('names clusters so that people recognise them', () => {
    expect(clusterName(site, '1.4.2')).toBe('shop|eu|1_4_2');
  });

  it('gives every version a name of its own, without the dots Envoy cuts at', () => {
    const versions = ['1.4.2', '1_4_2', '1.4_2', '1.4.2-rc', '1.4.2-RC', '1.4.2+b', '1.4.2-b'];
    const names = versions.map((version) => clusterName(site, version));
    expect(new Set(names).size).toBe(versions.length);
    expect(names.join()).not.toContain('.');
  });

  it('keeps sites apart', () => {
    const names = [site, { ...site, environment: 'us' }, { ...site, application: 'shop-eu' }];
    expect(new Set(names.map((one) => clusterName(one, '1'))).size).toBe(3);
  });
});
