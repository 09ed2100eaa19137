import { describe, expect, it } from 'vitest';
import { pageOf } from './router.tsx';

describe('web/router.tsx', () => {
  it.each([
    ['/', { page: 'overview' }],
    ['', { page: 'overview' }],
    ['/releases/shop:7', { page: 'release', id: 'shop:7' }],
    ['/releases/shop%3A7', { page: 'release', id: 'shop:7' }],
    ['/releases/shop:7/', { page: 'release', id: 'shop:7' }],
    ['/applications/shop', { page: 'application', application: 'shop' }],
    ['/groups/checkout', { page: 'group', group: 'checkout' }],
    ['/groups/Check_out', { page: 'unknown' }],
    ['/releases', { page: 'unknown' }],
    ['/releases/shop', { page: 'unknown' }],
    ['/releases/..%2Fadmin', { page: 'unknown' }],
    ['/releases/shop:7/more', { page: 'unknown' }],
    ['/releases/%E0%A4%A', { page: 'unknown' }],
    ['/elsewhere/shop', { page: 'unknown' }],
  ])('%s', (path, page) => {
    expect(pageOf(path)).toEqual(page);
  });
});
