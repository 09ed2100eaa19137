/** Which events people are told about, how urgently, and in which words. */

import type { CrescendoEvent, Wait } from './events.ts';
import type { ReleaseProgress } from './progress.ts';

export interface NoticeText {
  event: CrescendoEvent['type'];
  severity: 'info' | 'warning' | 'alert';
  /** One sentence. */
  title: string;
  /** Markdown with the evidence; may be empty. */
  text: string;
}

/** Waits that somebody has to end, or to know of at once. */
const paging = new Set(['door', 'way-back']);

/** The notice for an event, or null for what nobody needs to be told. */
export function noticeFor(event: CrescendoEvent, progress: ReleaseProgress): NoticeText | null {
  const { application } = progress;
  const own = progress.version?.name ?? '';
  const say = (severity: NoticeText['severity'], words: string, text = '', version = own) => ({
    event: event.type,
    severity,
    title: [application, version, words].filter((word) => word !== '').join(' '),
    text,
  });
  switch (event.type) {
    case 'release.admitted':
      return say('info', 'has started');
    case 'gate.opened':
      return say(
        'warning',
        `waits for ${event.wait.for}${event.environment === null ? '' : ` in ${event.environment}`}`,
        thenOf(event.wait),
      );
    case 'release.holding':
    case 'rollout.holding':
      return say(
        paging.has(event.wait.key) ? 'alert' : 'warning',
        `is on hold: ${event.wait.for}`,
        thenOf(event.wait),
      );
    case 'calendar.overridden':
      return say(
        'warning',
        `goes on in ${event.environment} in spite of ${event.what}: ${event.by.id}, ${event.reason}`,
      );
    case 'step.delayed':
      if (!isLasting(event)) return null;
      return say('warning', `waits for ${event.wait.for}`, thenOf(event.wait));
    case 'traffic.shifted':
      if (event.step === null) return null;
      return say('info', `has ${event.audience ?? `${event.weight} %`} of ${event.environment}`);
    case 'bake.finished':
      if (event.verdict.verdict === 'pass') return null;
      return say(
        'warning',
        `in ${event.environment}: ${event.verdict.sentence}`,
        evidenceText(event.verdict.evidence),
      );
    case 'rollback.started':
      return say(
        'alert',
        `is rolled back in ${event.environment} to ${event.to ?? 'nothing'}: ${event.cause}`,
      );
    case 'rollback.delayed':
      return say('alert', event.sentence);
    case 'rollback.returned':
      return say('info', `${leftOrBack(event, own)}, and is watched`);
    case 'rollback.failed':
      return say(
        'alert',
        event.sentence,
        [evidenceText(event.evidence), wayOut(progress)].join('\n'),
      );
    case 'rollback.verified': {
      const serves = `${leftOrBack(event, own)}, verified`;
      return say('info', event.detail === undefined ? serves : `${serves}; ${event.detail}`);
    }
    case 'rollback.left':
      return say('warning', `is left as it is in ${event.environment}: ${event.sentence}`);
    case 'worker.missed':
      return say('alert', `waits in ${event.environment} for ${event.wait.for}`);
    case 'worker.returned':
      return say('info', `goes on in ${event.environment}: a worker polls ${event.queue} again`);
    case 'version.quarantined':
      return say('warning', `is quarantined: ${event.reason}`, '', event.version);
    case 'release.ended':
      return say(
        event.outcome === 'succeeded' ? 'info' : 'warning',
        `${event.outcome}: ${event.sentence}`,
      );
    default:
      return null;
  }
}

/** A rollback takes the release's own version out, a return brings it back. */
function leftOrBack(
  { to, environment }: { to: string | null; environment: string },
  own: string,
): string {
  if (to === own) return `is back: it serves ${environment}`;
  return `is out of ${environment}: ${to ?? 'nothing'} serves it`;
}

/** Milliseconds that something may fail before people are told: a restart takes no longer. */
const hiccup = 60_000;

function isLasting({ at, wait }: Extract<CrescendoEvent, { type: 'step.delayed' }>) {
  return Date.parse(at) - Date.parse(wait.since) >= hiccup;
}

/** What a person can do about a version that is sick although traffic went back to it. */
function wayOut({ id, application }: ReleaseProgress): string {
  return [
    `\`crescendo retry ${id}\` looks again at once;`,
    `\`crescendo skip ${id} --reason "…"\` ends the rollback as failed, and frees the lane for a fix`,
    `or for \`crescendo rollback ${application} --to VERSION\``,
  ].join(' ');
}

function thenOf({ until, then }: Wait): string {
  return until === null ? '' : `until ${until}: then ${then}`;
}

function evidenceText(evidence: readonly { sentence: string }[]): string {
  return evidence.map(({ sentence }) => `- ${sentence}`).join('\n');
}
