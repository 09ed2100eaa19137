/** Every error of Crescendo: its code, what to do next, whether a retry helps, its HTTP status. */

interface CatalogueEntry {
  /** Short, stable sentence: the title of the HTTP problem. */
  title: string;
  /** What the reader should do next. */
  advice: string;
  /** True when the same call may succeed later without anybody changing anything. */
  retryable: boolean;
  status: number;
}

export const catalogue = {
  spec_invalid: {
    title: 'The specification is not valid',
    advice:
      'Correct the fields listed in `errors`; `crescendo validate FILE` checks without a server.',
    retryable: false,
    status: 422,
  },
  request_invalid: {
    title: 'The request is not valid',
    advice: 'Correct the fields listed in `errors`; the schema is at /api/docs.',
    retryable: false,
    status: 400,
  },
  plan_refused: {
    title: 'This release cannot be planned',
    advice: 'Read the reasons in `errors`; `crescendo plan` shows them without starting anything.',
    retryable: false,
    status: 422,
  },
  application_unknown: {
    title: 'No such application',
    advice: 'Create it with `crescendo apply -f FILE`; `crescendo list` shows what exists.',
    retryable: false,
    status: 404,
  },
  release_unknown: {
    title: 'No such release',
    advice: 'Ids look like `shop:7`; `crescendo list APPLICATION` shows them.',
    retryable: false,
    status: 404,
  },
  version_changed: {
    title: 'This version name already stands for something else',
    advice: 'Versions are immutable: give the new artefact a new version name.',
    retryable: false,
    status: 409,
  },
  version_quarantined: {
    title: 'This version is quarantined after a rollback',
    advice: 'Release a fixed version, or pass a `quarantineOverride` reason to release it again.',
    retryable: false,
    status: 409,
  },
  version_unknown: {
    title: 'No such version',
    advice: 'Name a version that has been released before; the ledger lists them.',
    retryable: false,
    status: 404,
  },
  hold_unknown: {
    title: 'No such hold',
    advice:
      '`crescendo holds APPLICATION`, or `--all`, shows those in force; it may be over already.',
    retryable: false,
    status: 404,
  },
  group_unknown: {
    title: 'No such group',
    advice: 'A group exists from its first release on: `crescendo group release -f FILE`.',
    retryable: false,
    status: 404,
  },
  group_busy: {
    title: 'This group is being released already',
    advice: 'Wait for it, or roll it back: `crescendo group get GROUP` shows where it is.',
    retryable: true,
    status: 409,
  },
  lane_busy: {
    title: 'Another release of this application is under way',
    advice: 'Wait for it, roll it back, or choose `concurrency: queue` in the specification.',
    retryable: true,
    status: 409,
  },
  action_refused: {
    title: 'The release cannot do that now',
    advice: 'Look at `crescendo get RELEASE` for what it is doing and what it accepts.',
    retryable: false,
    status: 409,
  },
  release_ended: {
    title: 'The release has ended',
    advice:
      'Start a new release, or roll the application back with `crescendo rollback APPLICATION`.',
    retryable: false,
    status: 410,
  },
  idempotency_conflict: {
    title: 'This Idempotency-Key was used for a different request',
    advice: 'Use a new key for a new request, or repeat the first request unchanged.',
    retryable: false,
    status: 409,
  },
  unauthenticated: {
    title: 'A valid token is needed',
    advice: 'Send `Authorization: Bearer <token>` with the token the server was started with.',
    retryable: false,
    status: 401,
  },
  forbidden: {
    title: 'This token may not do that',
    advice: 'Use a token with the scope that the message names, or ask somebody who has one.',
    retryable: false,
    status: 403,
  },
  not_found: {
    title: 'Nothing is here',
    advice: 'The paths of the API are listed at /api/docs.',
    retryable: false,
    status: 404,
  },
  no_worker: {
    title: 'No worker answered in time',
    advice: 'Start a worker, or look at /readyz for the task queue that nobody polls.',
    retryable: true,
    status: 503,
  },
  temporal_unavailable: {
    title: 'Temporal does not answer',
    advice: 'Check the address the server was started with; running releases are safe and go on.',
    retryable: true,
    status: 503,
  },
  journal_unavailable: {
    title: 'The journal database does not answer',
    advice: 'Check DATABASE_URL; running releases go on and are recorded when it is back.',
    retryable: true,
    status: 503,
  },
  internal: {
    title: 'Something went wrong inside Crescendo',
    advice: 'The server log has the details under this request id; please report it.',
    retryable: true,
    status: 500,
  },
  provider_unknown: {
    title: 'No provider of that name',
    advice: 'The message lists the names that exist for this kind.',
    retryable: false,
    status: 422,
  },
  settings_invalid: {
    title: "A provider's settings are not valid",
    advice: "Compare with the example in the provider's readme.",
    retryable: false,
    status: 422,
  },
  connection_unknown: {
    title: 'The worker has no connection of that name',
    advice: 'Add it to the connections file of the worker that serves this environment.',
    retryable: false,
    status: 422,
  },
  connection_invalid: {
    title: "A worker's connection settings are not valid",
    advice: 'Correct the connections file of the worker and restart it.',
    retryable: false,
    status: 500,
  },
  provider_unavailable: {
    title: 'A provider does not answer',
    advice: 'It is tried again by itself; check that the address is reachable from the worker.',
    retryable: true,
    status: 502,
  },
  provider_refused: {
    title: 'A provider refused what we asked',
    advice: 'Read its answer in the message; permissions and names are the usual reasons.',
    retryable: false,
    status: 502,
  },
  artifact_missing: {
    title: 'The artefact of this version cannot be found',
    advice: 'Check the artefact reference and that the worker can reach it.',
    retryable: false,
    status: 422,
  },
  artifact_mismatch: {
    title: 'The artefact is not the one that was named',
    advice: 'Its digest differs: rebuild under a new version name, or correct the digest.',
    retryable: false,
    status: 422,
  },
  version_not_ready: {
    title: 'The version did not become ready',
    advice: 'The message ends with the tail of its log.',
    retryable: false,
    status: 502,
  },
  traffic_outdated: {
    title: 'A newer decision about this traffic has been made',
    advice: 'Nothing to do: a late call was kept from undoing a newer one.',
    retryable: false,
    status: 409,
  },
  traffic_not_applied: {
    title: 'The router does not show the weights that were set',
    advice: 'It is tried again by itself; check that nothing else writes to the same router.',
    retryable: true,
    status: 502,
  },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof catalogue;

/** One field that is wrong, for errors that list several. */
export interface FieldError {
  /** Dotted path, e.g. `environments.eu.router`. */
  path: string;
  message: string;
  /** Position in the file, counted from 1, when it came from one. */
  line?: number;
  column?: number;
}

/** The one error class: a code of the catalogue, one sentence of what happened, and the fields. */
export class CrescendoError extends Error {
  readonly code: ErrorCode;
  readonly fields: FieldError[];

  constructor(code: ErrorCode, message: string, fields: FieldError[] = [], cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'CrescendoError';
    this.code = code;
    this.fields = fields;
  }

  get entry(): CatalogueEntry {
    return catalogue[this.code];
  }

  /** Whether the same call may succeed later by itself. */
  get retryable(): boolean {
    return this.entry.retryable;
  }
}

/** True when `code` is one of the catalogue. */
export function isErrorCode(code: string | null | undefined): code is ErrorCode {
  return code != null && Object.hasOwn(catalogue, code);
}
