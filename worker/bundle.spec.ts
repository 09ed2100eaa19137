import { createContext, runInContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { buildBundle, withoutSourceMap } from './bundle.ts';

describe('the workflow bundle', () => {
  it('shares what keeps no state: a workflow has copies of workflow code and of schemas alone', async () => {
    const loaded: Record<string, unknown> = {};
    const context = createContext({ __webpack_module_cache__: loaded, console });
    runInContext(withoutSourceMap(await buildBundle()), context);
    runInContext('__TEMPORAL__.preloadModules()', context);
    const shared = new Set(Object.keys(loaded));
    runInContext('__TEMPORAL__.importWorkflows()', context);
    const own = Object.keys(loaded).filter((name) => !shared.has(name));
    expect(own).toContain('./workflows/release.ts');
    const others = own.filter(
      (name) => !/^.\/(?:workflows|node_modules\/@temporalio)\//.test(name),
    );
    expect(others.toSorted()).toEqual([
      './domain/calendar/freeze-spec.ts',
      './domain/duration-spec.ts',
    ]);
  });
});
