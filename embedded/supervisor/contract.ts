/** What a supervised process is: how it is described, what is told of it, what can be done with it. */

export interface ProcessSpec {
  /** For people, e.g. `Temporal`. */
  name: string;
  command: string;
  args: string[];
  /** Added to the environment of this process. */
  env?: Record<string, string>;
  cwd?: string;
  /** Both outputs go here; the log of last time is kept as `<logFile>.1`. */
  logFile: string;
  /** Asked again and again while the process runs, until it says true. Must end by itself. */
  ready: () => Promise<boolean>;
  /** What happens when it dies without being stopped. */
  restart: 'always' | 'never';
  /** Milliseconds it may take to become ready; 120,000: a loaded laptop takes its time. */
  readyTimeoutMs?: number;
  /** Milliseconds between SIGTERM and SIGKILL; 5,000. */
  graceMs?: number;
  /** End it when this process is gone, even by SIGKILL; true. */
  dieWithParent?: boolean;
  onEvent?: (event: ProcessEvent) => void;
}

export type ProcessEvent =
  | { kind: 'started'; name: string; pid: number }
  | { kind: 'ready'; name: string; pid: number }
  | { kind: 'ended'; name: string; pid: number | undefined; how: string }
  | { kind: 'restarting'; name: string; afterMs: number }
  | { kind: 'stopped'; name: string };

export interface SupervisedProcess {
  readonly name: string;
  readonly logFile: string;
  /** Undefined between its death and its next start. */
  pid(): number | undefined;
  isReady(): boolean;
  /** SIGKILL to the whole group, as a crash would be; it is started again when `restart` says so. */
  kill(): void;
  /** Ends the whole group and does not come back. Resolves when nobody of it is left. */
  stop(): Promise<void>;
}
