// Connects a backlog with the workload that was scaled to zero. No call graph leads from a queue to its consumers; but where the messages of a queue
// pile up and one workload alone was scaled to zero shortly before, that workload is the consumer to look at.

import type { Finding } from '../model/report.ts';
import { ownerOf } from '../topology/owner.ts';

const backlog =
  /queue|backlog|\blag\b|_lag\b|lag_|messages?_(?:ready|visible|pending|waiting|unacked)|pending_(?:jobs|tasks|messages)|oldest_message|iterator_?age/i;
/** Words of a queue's name that say nothing of who reads it. */
const plain = new Set([
  'queue',
  'topic',
  'events',
  'jobs',
  'tasks',
  'messages',
  'worker',
  'consumer',
  'service',
  'prod',
]);
const hour = 3_600_000;
/** How long before the backlog was noticed the workload may have been stopped. */
const longest = 3 * hour;

/** Whether it reports that messages pile up. */
const isBacklog = ({ role, specialist, signal, entity }: Finding): boolean =>
  role === 'symptom' &&
  specialist === 'metrics' &&
  signal !== undefined &&
  signal.during > signal.before &&
  (entity.kind === 'Queue' || entity.kind === 'Topic' || backlog.test(signal.name));

export function withStoppedConsumers(findings: readonly Finding[]): readonly Finding[] {
  const backlogs = findings.filter((one) => one.dependency === undefined && isBacklog(one));
  if (backlogs.length === 0) return findings;
  const stopped = findings.filter(({ role, cause, onset }) => role === 'cause' && cause === 'replicas-zero' && onset);
  const consumerOf = new Map(
    backlogs.flatMap((one) => {
      const near = stopped.filter((stop) => stoppedBefore(stop, one) && stop.entity.name !== one.entity.name);
      const named = near.filter((stop) => sharesName(stop, one));
      const [consumer, ...others] = named.length > 0 ? named : near;
      return consumer === undefined || others.length > 0 ? [] : [[one, consumer] as const];
    }),
  );
  return findings.map((finding) => {
    const consumer = consumerOf.get(finding);
    if (consumer !== undefined) return { ...finding, dependency: consumer.entity };
    const waiting = [...consumerOf].find(([, stop]) => stop === finding)?.[0];
    return waiting === undefined ? finding : asConsumer(finding, waiting);
  });
}

const sure = 0.85;

function asConsumer(stop: Finding, waiting: Finding): Finding {
  return {
    ...stop,
    severity: 'critical',
    confidence: Math.max(stop.confidence, sure),
    claim: `${stop.claim.replace(/\.$/, '')}, and the messages of ${waiting.entity.name} pile up.`.slice(0, 400),
    evidenceIds: [...new Set([...stop.evidenceIds, ...waiting.evidenceIds])].slice(0, 8),
  };
}

function stoppedBefore(stop: Finding, { onset, entity }: Finding): boolean {
  const sameCluster =
    stop.entity.cluster === undefined || entity.cluster === undefined || stop.entity.cluster === entity.cluster;
  const ago = Date.parse(onset ?? '') - Date.parse(stop.onset ?? '');
  return sameCluster && ago >= -60_000 && ago <= longest;
}

const wordsOf = ({ entity }: Finding): readonly string[] =>
  ownerOf(entity)
    .name.toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word.length >= 4 && !plain.has(word));

/** `fulfil-worker` and `fulfilment` share the beginning of a word. */
const sharesName = (one: Finding, other: Finding): boolean =>
  wordsOf(one).some((word) => wordsOf(other).some((theirs) => theirs.startsWith(word) || word.startsWith(theirs)));
