/** The stored histories: where they lie, what is kept of each, and how they are read. */

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import packageJson from '../../package.json' with { type: 'json' };

const folder = join(import.meta.dirname, 'histories');

/** What is recorded now belongs to the version that is being made. */
export const currentSet = packageJson.version;

/** One workflow run, as Temporal's own JSON has it. */
export interface StoredHistory {
  /** `0.1.0/gate-approved/release-2`. */
  name: string;
  workflowId: string;
  history: { events: HistoryEvent[] };
}

export interface HistoryEvent {
  eventType?: string;
  [part: string]: unknown;
}

/** Fields that no replay reads, and that would differ with every recording. */
const unread = new Set([
  'identity',
  'lastWorkerIdentity',
  'requestId',
  'taskId',
  'meteringMetadata',
  'workerVersion',
  'stackTrace',
  'historySizeBytes',
  'userMetadata',
]);

/** Forgets scenes of the current set that are played no more. Released sets are never touched. */
export function forgetOthers(scenes: readonly string[]): void {
  const directory = join(folder, currentSet);
  const kept = new Set(scenes.map((scene) => `${scene}.json.gz`));
  for (const file of readdirSync(directory)) if (!kept.has(file)) rmSync(join(directory, file));
}

/** One file per scene: `histories/<version>/<scene>.json.gz`, the same bytes for the same content. */
export function storeScene(scene: string, histories: Record<string, unknown>): void {
  const directory = join(folder, currentSet);
  mkdirSync(directory, { recursive: true });
  const text = JSON.stringify(histories, (key, value: unknown) =>
    unread.has(key) ? undefined : value,
  );
  writeFileSync(join(directory, `${scene}.json.gz`), gzipSync(text, { level: 9 }));
}

/** Every history of every version, in the order of their names. */
export function storedHistories(): StoredHistory[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .flatMap((set) =>
      readdirSync(join(folder, set))
        .filter((file) => file.endsWith('.json.gz'))
        .sort()
        .flatMap((file) => readScene(set, file)),
    );
}

function readScene(set: string, file: string): StoredHistory[] {
  const text = gunzipSync(readFileSync(join(folder, set, file))).toString('utf8');
  const histories = JSON.parse(text) as Record<string, StoredHistory['history']>;
  const scene = file.slice(0, -'.json.gz'.length);
  return Object.entries(histories).map(([key, history]) => {
    // A workflow that has continued as new has several runs: `application:shop#1`, `#2`.
    const [workflowId = ''] = key.split('#');
    return { name: `${set}/${scene}/${key}`, workflowId, history };
  });
}
