/** What the toolbox knows of a tool: its version, where it comes from, and how to see that it runs. */

/** Where a tool can be fetched from, tried in the order of `Tool.fetchers`. */
export interface Fetcher {
  /** For people, e.g. `pip`. */
  name: string;
  /**
   * Puts the tool somewhere below `directory`, which exists, is empty, and is thrown away afterwards.
   * @returns path of the executable file
   */
  fetch(directory: string, context: FetchContext): Promise<string>;
}

export interface FetchContext {
  environment: NodeJS.ProcessEnv;
  signal: AbortSignal | undefined;
}

export interface Tool {
  /** Name of the executable on PATH and in the cache. */
  name: string;
  /** For people, e.g. `Temporal CLI`. */
  title: string;
  /** The one that is fetched when none is installed; the one the tests run with. */
  version: string;
  /** Environment variable that names an executable to use instead. */
  variable: string;
  /** Arguments that make it describe itself and exit. */
  probe: string[];
  /** What it says then; the group `version`, when there is one, holds its version. */
  answer: RegExp;
  fetchers: Fetcher[];
  /** Ways to install it by hand, one command or sentence each. */
  install: string[];
}

/** An executable that was seen to run. */
export interface ResolvedTool {
  path: string;
  /** `unknown` when the tool does not say. */
  version: string;
  /** For people, e.g. `on PATH`. */
  source: string;
}

export interface ResolveOptions {
  /** Use exactly this executable. */
  path?: string;
  /** Default: the environment of this process. */
  environment?: NodeJS.ProcessEnv;
  /** Told in short sentences what is being done, several times a minute while something is fetched. */
  onProgress?: (sentence: string) => void;
  signal?: AbortSignal;
}
