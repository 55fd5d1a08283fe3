// Renders relations and separation reasons for people. No code parses the result.
import type { Relation, SeparateReason } from '../model/storm.ts';

/** Completes "joined because …" and "waits because …". */
export function relationText(relation: Relation): string {
  switch (relation.kind) {
    case 'same-alert':
      return `it is the alert ${relation.alert} of ${relation.service} again`;
    case 'same-thing':
      return `it is about ${relation.thing}, too`;
    case 'same-node':
      return `it runs on node ${relation.node}${relation.cluster === undefined ? '' : ` of cluster ${relation.cluster}`}`;
    case 'same-place':
      return `it runs in ${relation.place} ${relation.name}`;
    case 'cluster-condition':
      return `${relation.alert} was reported for cluster ${relation.cluster}, where it runs`;
    case 'calls':
      return `${relation.caller} calls ${relation.callee}`;
    case 'shared-callee':
      return `both call ${relation.callee}`;
    case 'alert-over-services':
      return `the alert ${relation.alert} came for several services within minutes`;
  }
}

const reasons: Readonly<Record<SeparateReason, string>> = {
  'not-related': 'nothing known leads from that cause to it',
  'cause-unknown': 'the cause there is not certain enough',
  'cause-in-doubt': 'two causes there are about as likely',
  'cause-elsewhere': 'that cause is elsewhere',
  'symptom-does-not-fit': 'that cause does not explain this alert',
  'other-place': 'it is in another place',
  'place-unknown': 'it is unknown whether it is in the same place',
  'began-before-the-cause': 'it began before that cause did',
  'long-after-the-cause': 'it came long after that cause began',
  'own-change': 'its own service changed just before it',
  'own-trouble': 'another page about the same thing reports what that cause does not bring about',
  'a-person-said-so': 'a person said that it is separate',
  'diagnosis-changed': 'the diagnosis that covered it has changed',
  'leader-gone': 'the incident that it was part of is not open any more',
  'still-failing-after-recovery': 'it still fails after that incident recovered',
};

/** Completes "it is investigated on its own: …". */
export const separationText = (why: SeparateReason): string => reasons[why];
