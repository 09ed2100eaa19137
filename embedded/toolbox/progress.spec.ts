import { describe, expect, it } from 'vitest';
import { createProgressLine } from './progress.ts';

function aStream(isTTY: boolean) {
  const written: string[] = [];
  return { isTTY, columns: 20, written, write: (text: string) => written.push(text) };
}

describe('embedded/toolbox/progress', () => {
  it('redraws one line on a terminal, no wider than it, and wipes it at the end', () => {
    const stream = aStream(true);
    const line = createProgressLine(stream);
    line.report('fetching Envoy 1.40.0 with pip');
    line.report('short');
    line.done();
    line.done();
    const wipe = '\r\u001B[2K';
    expect(stream.written).toEqual([`${wipe}fetching Envoy 1.40`, `${wipe}short`, wipe]);
  });

  it('elsewhere writes new things at once, and changing numbers every five seconds', () => {
    const stream = aStream(false);
    let now = 1_000_000;
    const line = createProgressLine(stream, () => now);
    line.report('fetching Envoy 1.40.0 with pip');
    for (let second = 1; second <= 11; second += 1) {
      now += 1_000;
      line.report(`fetching Envoy 1.40.0 with pip: ${second}.0 MB, ${second} s`);
    }
    line.report('not used: something');
    line.done();
    expect(stream.written).toEqual([
      'fetching Envoy 1.40.0 with pip\n',
      'fetching Envoy 1.40.0 with pip: 5.0 MB, 5 s\n',
      'fetching Envoy 1.40.0 with pip: 10.0 MB, 10 s\n',
      'not used: something\n',
    ]);
  });
});
