/** Exit codes scripts can rely on, and which answer of the server leads to which. */

export const exitCodes = {
  ok: 0,
  /** The release failed or was rolled back, or something unforeseen happened. */
  failed: 1,
  /** Wrong use, or a file that is not valid. */
  usage: 2,
  /** `--timeout` passed while watching; the release goes on. */
  timeout: 3,
  authentication: 4,
  notFound: 5,
  /** The state or the policy does not allow it. */
  refused: 6,
  /** Server, worker or something behind them does not answer. */
  unreachable: 7,
  /** Ctrl-C, as shells count it. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Below every `--help`. */
export const exitCodeHelp = `Exit codes:
  0  ok
  1  failed or rolled back (watch, release --watch), or a surprise (plan test)
  2  wrong use, or an invalid file
  3  timed out while watching (--timeout); the release goes on
  4  a valid token is needed
  5  no such application or release
  6  refused: the state or the policy does not allow it
  7  server or worker unreachable
`;

const byCode: Record<string, ExitCode> = {
  spec_invalid: exitCodes.usage,
  request_invalid: exitCodes.usage,
  settings_invalid: exitCodes.usage,
  internal: exitCodes.failed,
};

/** The exit code for a problem: by its code where that says more than the HTTP status. */
export function exitCodeFor(status: number, code: string | null): ExitCode {
  const known = byCode[code ?? ''];
  if (known !== undefined) return known;
  if (status === 401 || status === 403) return exitCodes.authentication;
  if (status === 404) return exitCodes.notFound;
  if (status === 400) return exitCodes.usage;
  if (status === 429 || status === 502 || status === 503 || status === 504) {
    return exitCodes.unreachable;
  }
  return status >= 400 && status < 500 ? exitCodes.refused : exitCodes.failed;
}
