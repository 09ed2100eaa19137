/** Finds the JUnit reports that a run wrote, as against those that lay there before. */

import { readFile, stat } from 'node:fs/promises';
import { relative } from 'node:path';
import { glob } from 'tinyglobby';
import { add, nothing, readJunit, type JUnitResult } from './junit.ts';

export interface ReportFiles {
  patterns: string[];
  cwd: string;
}

/** What a file looked like: any writing to it changes this. */
type Marks = Map<string, string>;

export interface Reports extends JUnitResult {
  /** Files that were read. */
  files: number;
  /** Files that match but were not written by this run. */
  stale: number;
  /** Why a file could not be read, one sentence each. */
  problems: string[];
}

const maxFiles = 1_000;
const maxFileBytes = 20_000_000;
const maxBytes = 50_000_000;

/** Notes what is there before the run. Clocks of file systems differ, so times alone do not do. */
export async function markReports({ patterns, cwd }: ReportFiles): Promise<Marks> {
  const paths = await glob(patterns, { cwd, absolute: true, expandDirectories: false, dot: true });
  const marks: Marks = new Map();
  for (const path of paths.sort()) {
    const found = await stat(path, { bigint: true }).catch(() => null);
    if (found) marks.set(path, `${found.ino} ${found.size} ${found.mtimeNs} ${found.ctimeNs}`);
  }
  return marks;
}

/** Reads every report that is new or changed since `before`. */
export async function readReports(files: ReportFiles, before: Marks): Promise<Reports> {
  const now = await markReports(files);
  const fresh = [...now].filter(([path, mark]) => before.get(path) !== mark).map(([path]) => path);
  const reports: Reports = {
    ...nothing(),
    files: fresh.length,
    stale: now.size - fresh.length,
    problems: [],
  };
  if (fresh.length > maxFiles) {
    return { ...reports, problems: [`${fresh.length} reports are more than ${maxFiles}`] };
  }
  let budget = maxBytes;
  for (const path of fresh) {
    const name = relative(files.cwd, path);
    try {
      const text = await readBounded(path, Math.min(maxFileBytes, budget));
      budget -= text.length;
      Object.assign(reports, add(reports, readJunit(text)));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      reports.problems.push(`${name} cannot be read: ${reason}`);
    }
  }
  return reports;
}

async function readBounded(path: string, limit: number): Promise<string> {
  const { size } = await stat(path);
  if (size > limit) throw new Error(`it has ${size} bytes, more than the ${limit} that are read`);
  return readFile(path, 'utf8');
}
