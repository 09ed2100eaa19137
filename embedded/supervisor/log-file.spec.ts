import { mkdtempSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openLogFile, rotate } from './log-file.ts';

function aLog(maxBytes?: number) {
  const folder = mkdtempSync(join(tmpdir(), 'crescendo-log-'));
  const log = openLogFile(join(folder, 'deep', 'x.log'), maxBytes);
  onTestFinished(() => {
    log.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return log;
}

describe('embedded/supervisor/log-file', () => {
  it('gives the last lines, of an empty log none', () => {
    const log = aLog();
    expect(log.tail(5)).toBe('');
    for (let line = 1; line <= 50; line += 1) writeSync(log.descriptor, `line ${line}\n`);
    expect(log.tail(2)).toBe('line 49\nline 50');
  });

  it('gives a bounded tail of one endless line', () => {
    const log = aLog();
    writeSync(log.descriptor, 'x'.repeat(1_000_000));
    expect(log.tail(5)).toHaveLength(8_000);
  });

  it('moves what was written aside when it is too large, and the writer goes on at the start', () => {
    const log = aLog();
    writeSync(log.descriptor, 'old '.repeat(10));
    rotate(log.path, 40);
    expect(readFileSync(log.path, 'utf8')).toHaveLength(40);
    rotate(log.path, 39);
    writeSync(log.descriptor, 'new');
    expect(readFileSync(log.path, 'utf8')).toBe('new');
    expect(readFileSync(`${log.path}.1`, 'utf8')).toBe('old '.repeat(10));
  });
});
