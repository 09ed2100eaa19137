import { describe, expect, it } from 'vitest';
import { decide, emptyEstate, refuseResume, refuseStop, stopSentence } from './estate.ts';

const by = { id: 'jane', channel: 'cli' as const };
const at = '2026-01-01T00:00:00.000Z';
const stop = { type: 'estate.stopped', by, reason: 'DNS is down', at } as const;
const resume = { type: 'estate.resumed', by, reason: null, at } as const;

describe('domain/estate', () => {
  it('is stopped and resumed, with a revision for each', () => {
    const stopped = decide(emptyEstate(), stop);
    expect(stopped).toMatchObject({ revision: 1, stop: { by, reason: 'DNS is down', since: at } });
    expect(stopSentence(stopped.stop!)).toBe('all applications are stopped by jane: DNS is down');
    expect(decide(stopped, resume)).toMatchObject({ revision: 2, stop: null, log: [stop, resume] });
  });

  it('refuses what is so already', () => {
    const stopped = decide(emptyEstate(), stop);
    expect(refuseStop(emptyEstate())).toBeNull();
    expect(refuseStop(stopped)).toMatch(/stopped already, by jane since 2026.*DNS is down/);
    expect(refuseResume(stopped)).toBeNull();
    expect(refuseResume(emptyEstate())).toBe('nothing is stopped');
  });

  it('remembers the last hundred decisions', () => {
    let estate = emptyEstate();
    for (let round = 0; round < 80; round += 1) estate = decide(decide(estate, stop), resume);
    expect(estate).toMatchObject({ revision: 160, stop: null });
    expect(estate.log).toHaveLength(100);
  });
});
