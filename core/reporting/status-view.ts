// Derives an incident's status for display, the same on every surface: text, tone, and the person responsible for an open problem. The end of an
// investigation does not show that the problem is over: only a verified recovery is good news. Pure.
import type { Incident, IncidentStatus } from '../model/incident.ts';
import { formatList } from '../wording.ts';

export interface StatusView {
  readonly text: string;
  readonly tone?: 'working' | 'waiting' | 'good' | 'bad';
  /** The person responsible now, as a sentence; absent if nobody is needed. */
  readonly has?: string;
}

const under: Readonly<Record<Exclude<IncidentStatus, 'closed'>, StatusView>> = {
  waiting: { text: 'Queued', tone: 'waiting' },
  investigating: { text: 'Investigating', tone: 'working' },
  'awaiting-approval': { text: 'Waiting for an answer', tone: 'waiting' },
  acting: { text: 'Acting', tone: 'working' },
  verifying: { text: 'Checking whether it helped', tone: 'working' },
  grouped: { text: 'Part of another incident', tone: 'working' },
  failed: { text: 'Failed', tone: 'bad' },
};

/** The result of a verification as a state. */
export const verificationText: Readonly<Record<NonNullable<Incident['verified']>, string>> = {
  recovered: 'Recovered',
  'not-recovered': 'Not recovered',
  'made-worse': 'Made worse',
  unknown: 'Recovery unknown',
};

export function statusViewOf(incident: Incident): StatusView {
  const { status, outcome } = incident;
  if (status === 'failed') return { ...under.failed, has: holderWords(incident) };
  if (status !== 'closed') return under[status];
  switch (outcome) {
    case 'recovered':
      return { text: 'Recovered', tone: 'good' };
    case 'needs-person':
      return { text: verificationText[incident.verified ?? 'unknown'], tone: 'bad', has: holderWords(incident) };
    case 'nothing-done':
      return { text: 'Nothing done', ...(isResolved(incident) ? {} : { has: holderWords(incident) }) };
    case undefined:
      return { text: 'Investigated', ...(isResolved(incident) ? {} : { has: holderWords(incident) }) };
  }
}

/** The incident ended here, but the problem may continue. */
export const isUnsettled = (incident: Incident): boolean =>
  (incident.status === 'closed' && incident.outcome === 'needs-person' && !isResolved(incident)) ||
  incident.status === 'failed';

const isResolved = ({ pageStatus }: Incident): boolean => pageStatus === 'resolved';

function holderWords({ heldBy, place }: Incident): string {
  switch (heldBy?.as) {
    case 'approver':
      return `${heldBy.by} owns it, after approving the action.`;
    case 'page':
      return `${heldBy.by} owns it, after acknowledging the page.`;
    case undefined:
      return place?.owners === undefined
        ? 'Nobody owns it yet: escalate.'
        : `Nobody owns it yet: escalate to ${formatList(place.owners)} (owners of ${place.service} in the catalogue).`;
  }
}
