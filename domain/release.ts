/** The nouns: what is released, where, by whom, and how much of the audience it has. */

/** One immutable build. Name, artefact and config digest move together, always. */
export interface Version {
  /** Unique per application for ever, e.g. `1.4.2`. */
  name: string;
  /** What the target brings up: an image reference, a path, a URL; ideally with its digest. */
  artifact: string;
  /** Digest of the configuration that belongs to this version. */
  config?: string;
  /** Commit that CI must have verified. */
  commit?: string;
  /** `owner/name` of the repository the commit lives in. */
  repository?: string;
  /** Why it cannot be gone back past, once people have met it; absent: it can. */
  oneWay?: string;
  /** Who wrote the change, by the name they act under here; gates can exclude them. */
  author?: string;
}

/** How a command reached us. */
export const channels = ['api', 'cli', 'slack', 'web', 'temporal', 'policy'] as const;
export type Channel = (typeof channels)[number];

/** Who did something, and from where. `policy` is Crescendo itself acting on the spec. */
export interface Actor {
  id: string;
  channel: Channel;
  /** What their token says they are; the specification can give people roles as well. */
  roles?: string[];
}

/** Crescendo acting by the rules of the specification. */
export const policyActor: Actor = { id: 'crescendo', channel: 'policy' };

/** Share of an environment's audience, in percent (0 to 100, two decimals). */
export type Weight = number;

/** A header or cookie of a request, and the value it must have. */
export interface NameValue {
  name: string;
  value: string;
}

/** What tells the requests of insiders from all others. */
export type Ring = { header: NameValue } | { cookie: NameValue };

/** What a version gets beside its weight. */
export interface TrafficRules {
  /** Requests that match one of these go to the version, whatever the weights say. */
  rings?: Ring[] | undefined;
  /** Percent of all other requests that are copied to it; its answers to them are thrown away. */
  mirror?: number | undefined;
  /** Users who meet the version keep it for as long as its weight grows. */
  sticky?: Sticky | undefined;
}

/** How users are known again. */
export interface Sticky {
  /** Name of a cookie of the router's own. */
  cookie: string;
  /** Milliseconds for which a browser keeps it. */
  ttl: number;
}

/** What a router sends where. The weights of one environment add up to 100, or there are none. */
export interface TrafficShare {
  version: string;
  weight: Weight;
  /** Requests that it gets beside its weight; absent: none. */
  rules?: TrafficRules | undefined;
}

/** How far a step reaches. */
export interface Reach {
  weight: Weight;
  /** In words, for a step that is no mere weight: `ring x-user-group=insiders`. */
  audience?: string | undefined;
}

/** How a release ended. */
export const outcomes = [
  'succeeded',
  'rolled_back',
  'rejected',
  'superseded',
  'rollback_failed',
] as const;
export type Outcome = (typeof outcomes)[number];

/** A provider named in the specification: which vendor, with which settings (never secrets). */
export interface ProviderReference {
  vendor: string;
  settings: Record<string, unknown>;
}

/** One environment of one application, as activities need it: where to deploy, where to shift. */
export interface Place {
  application: string;
  environment: string;
  target: ProviderReference;
  /** Absent: the environment has no shares to set (a staging replica). */
  router: ProviderReference | null;
}

/** Where a running version answers. */
export interface Endpoint {
  /** Base URL without a trailing slash, e.g. `http://127.0.0.1:41001`. */
  url: string;
}

/** A version that runs in an environment. */
export interface Deployment {
  version: string;
  endpoint: Endpoint;
}
