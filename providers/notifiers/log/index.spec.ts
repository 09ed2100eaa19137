import { describe, expect, it, vi } from 'vitest';
import { aNotice, describeNotifier } from '../../../test/contracts/notifier.ts';
import { aContext } from '../../../test/support/call-context.ts';
import { createLogNotifier, log } from './index.ts';

let lines: string[] = [];
function open() {
  lines = [];
  return createLogNotifier({ write: (line: string) => void lines.push(line) });
}

describeNotifier({
  vendor: 'log',
  working: open,
  told: () => lines,
  unavailable: {},
  refused: {},
  endless: null,
});

describe('providers/notifiers/log/index', () => {
  it.each([
    ['info', 30],
    ['warning', 40],
    ['alert', 50],
  ] as const)('writes one JSON line, with the level of %s', async (severity, level) => {
    const notice = aNotice({ severity, text: 'two\nlines' });
    await open().notify(notice, aContext());
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^[^\n]+\n$/);
    expect(JSON.parse(lines[0]!)).toEqual({ level, message: 'notice', notice });
  });

  it('needs no settings and no connection', () => {
    expect(log.settings.safeParse({}).success).toBe(true);
    expect(log.connection.safeParse({}).success).toBe(true);
    expect(log.settings.safeParse({ level: 'info' }).success).toBe(false);
  });

  it('writes to standard output by default', async () => {
    const written: unknown[] = [];
    const write = vi.spyOn(process.stdout, 'write');
    write.mockImplementation((text) => written.push(text) > 0);
    const telling = log.create({}, {}).notify(aNotice(), aContext());
    await telling.finally(() => write.mockRestore());
    expect(written).toEqual([expect.stringContaining('"id":"shop:7/12"')]);
  });
});
