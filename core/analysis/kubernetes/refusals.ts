// Finds Events in which the API server refuses a ServiceAccount, and leads to the workload that runs as it. What controllers may not create for a
// workload is admission.ts's.
import type { FindingDraft } from '../../model/report-draft.ts';
import { accountRights } from './account-rights.ts';
import type { Cluster } from './cluster.ts';
import { firstTimeOf } from './event-times.ts';
import { clockTime, earliest, observed } from './finding.ts';
import { missingRight, refusedRightIn } from './refused-right.ts';

export function refusals(cluster: Cluster): FindingDraft[] {
  const refused = cluster.events.flatMap((event) => {
    const right = event.reason === 'FailedCreate' ? undefined : refusedRightIn(event.message ?? '');
    return right ? [{ event, right }] : [];
  });
  if (refused.length === 0) return [];
  const rights = accountRights(cluster, ({ namespace, name }) =>
    refused.some(({ right }) => right.namespace === namespace && right.account === name),
  );
  const groups = Map.groupBy(refused, ({ right }) => Object.values(right).join(' '));
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const { right, event } = first;
    const own = rights.find(({ account }) => account.namespace === right.namespace && account.name === right.account);
    const { kind, name, namespace } = event.involvedObject;
    const reporter = cluster.ownerOf(kind ?? '', name ?? '', namespace ?? event.metadata.namespace);
    const account = { kind: 'ServiceAccount', name: right.account, namespace: right.namespace, cluster: cluster.name };
    const runners = own?.workloads ?? [];
    const entity =
      runners.find((one) => one.kind === reporter.kind && one.name === reporter.name) ??
      (runners.length === 1 ? runners[0] : undefined) ??
      account;
    const { sentence, grantedByNow } = missingRight(right, own);
    const onset = earliest(group.map((one) => firstTimeOf(one.event)));
    return [
      observed(cluster, {
        claim: `${sentence}${clockTime(onset)}.`,
        entity,
        cause: 'access-denied',
        role: grantedByNow ? 'symptom' : 'cause',
        severity: 'major',
        confidence: grantedByNow ? 0.5 : 0.85,
        onset,
        lines: group.map((one) => `Event ${one.event.reason ?? ''}: ${one.event.message ?? ''}`),
        error: event.message ?? sentence,
      }),
    ];
  });
}
