// The five answers that an incident page begins with: what broke, since when, who is affected, what is asked of people, what was done. Pure.
import type { Verification } from '../model/action.ts';
import { causeTitleOf } from '../model/diagnosis.ts';
import type { Instant } from '../model/entity.ts';
import type { EventOf, TimelineEntry } from '../model/timeline.ts';
import { affectedBy } from '../reporting/membership.ts';
import { statusViewOf, verificationText } from '../reporting/status-view.ts';
import { capitalize, entityText } from '../wording.ts';
import type { IncidentRecord } from './incident-record.ts';

export interface Deed {
  readonly at: Instant;
  readonly text: string;
  readonly tone?: 'good' | 'bad';
}

export interface Glance {
  readonly broke: {
    readonly text: string;
    /** The entity of the first hypothesis, as text; absent if there is none. */
    readonly entity?: string;
    readonly confidence?: number;
  };
  /** `onset`: evidence shows when the problem began. `page`: only the time of the page is known. */
  readonly since: { readonly at: Instant; readonly basis: 'onset' | 'page' };
  /** The verified recovery, or the end of the page; absent while the problem may continue. */
  readonly until?: Instant;
  readonly affected: readonly string[];
  readonly request: {
    readonly text: string;
    /** The open approval request that waits for an answer. */
    readonly approvalId?: string;
    /** Whether a person has to do something. */
    readonly isForPeople: boolean;
  };
  /** Actions and their verification, oldest first; empty if nothing was done. */
  readonly done: readonly Deed[];
}

export function glanceOf(record: IncidentRecord): Glance {
  const { incident, timeline, diagnosis, members } = record;
  const until = endOf(timeline);
  const onset = diagnosis?.hypotheses[0]?.onset;
  return {
    broke: broke(record),
    since: onset === undefined ? { at: incident.trigger.occurredAt, basis: 'page' } : { at: onset, basis: 'onset' },
    ...(until === undefined ? {} : { until }),
    affected: affectedBy(diagnosis, members, incident.place?.service),
    request: requestOf(record),
    done: timeline.flatMap(deed),
  };
}

function broke({ incident, diagnosis }: IncidentRecord): Glance['broke'] {
  const first = diagnosis?.hypotheses[0];
  if (first === undefined || first.cause === 'unknown')
    return { text: diagnosis === undefined && isAtWork(incident.status) ? 'Not known yet' : 'No cause found' };
  return { text: causeTitleOf(first), entity: entityText(first.entity), confidence: first.confidence };
}

const isAtWork = (status: IncidentRecord['incident']['status']): boolean => status !== 'closed' && status !== 'failed';

function requestOf({ incident, approvals, diagnosis }: IncidentRecord): Glance['request'] {
  const open = approvals.find(({ state }) => state === 'pending');
  if (open !== undefined) return { text: open.question, approvalId: open.id, isForPeople: true };
  const { has } = statusViewOf(incident);
  const step = approvals.length === 0 && incident.outcome !== 'recovered' ? diagnosis?.next : undefined;
  if (has !== undefined) return { text: step === undefined ? has : `${step} ${has}`, isForPeople: true };
  if (isAtWork(incident.status)) return { text: 'Nothing now.', isForPeople: false };
  return step === undefined ? { text: 'Nothing.', isForPeople: false } : { text: step, isForPeople: true };
}

/** The last verified recovery, or the end of the page after it was resolved. */
function endOf(timeline: readonly TimelineEntry[]): Instant | undefined {
  return timeline.findLast(
    ({ event }) =>
      (event.type === 'VerificationFinished' && event.verdict === 'recovered' && !event.ofRollback) ||
      (event.type === 'PageChanged' && event.status === 'resolved'),
  )?.at;
}

function deed({ at, event }: TimelineEntry): Deed[] {
  switch (event.type) {
    case 'ActionFinished':
      return [{ at, ...finished(event) }];
    case 'ActionRefused':
      return [{ at, text: `Not done: ${event.action.title}`, tone: 'bad' }];
    case 'VerificationFinished':
      return [{ at, text: verificationText[event.verdict], ...verdictTone(event.verdict) }];
    default:
      return [];
  }
}

const results: Readonly<Record<EventOf<'ActionFinished'>['result']['kind'], string>> = {
  done: 'done',
  'already-done': 'already done',
  failed: 'failed',
};

const finished = ({ action, result }: EventOf<'ActionFinished'>): Omit<Deed, 'at'> => ({
  text: `${capitalize(action.title)}: ${results[result.kind]}`,
  ...(result.kind === 'failed' ? { tone: 'bad' } : {}),
});

const verdictTone = (verdict: Verification['kind']): Pick<Deed, 'tone'> =>
  verdict === 'recovered' ? { tone: 'good' } : { tone: 'bad' };
