// Follows the API server's refusal of a ServiceAccount to the workload that runs as it, and names the right that its roles lack.
import { missingRight, refusedRightIn } from '../analysis/kubernetes/refused-right.ts';
import type { AccountRights } from '../model/account-rights.ts';
import type { EntityRef } from '../model/entity.ts';
import type { Finding, Report } from '../model/report.ts';
import { isSameWorkload } from './addresses.ts';

export function withMissingRights(
  findings: readonly Finding[],
  reports: readonly Pick<Report, 'topology'>[],
  textOf: (finding: Finding) => string,
): readonly Finding[] {
  const accounts = reports.flatMap(({ topology }) => topology?.accounts ?? []);
  return findings.map((finding) => {
    if (finding.specialist !== 'logs' || finding.cause !== 'access-denied' || finding.role === 'context')
      return finding;
    const refused = refusedRightIn(finding.claim) ?? refusedRightIn(textOf(finding));
    if (refused === undefined) return finding;
    const own = accounts.filter(
      ({ account }) =>
        account.namespace === refused.namespace &&
        account.name === refused.account &&
        (finding.entity.cluster === undefined || account.cluster === finding.entity.cluster),
    );
    // The same account in two clusters has rights in each, and nothing tells them apart.
    const rights = own.length === 1 ? own[0] : undefined;
    const { sentence, grantedByNow } = missingRight(refused, rights);
    const since = finding.onset === undefined ? '' : ` (since ${finding.onset.slice(11, 16)} UTC)`;
    return {
      ...finding,
      entity: runnerOf(finding.entity, rights),
      claim: `${sentence}${since}.`.slice(0, 400),
      ...(grantedByNow && { role: 'symptom' as const, confidence: finding.confidence * 0.7 }),
    };
  });
}

/** The writer if it runs as the account; otherwise the one workload that does. */
function runnerOf(writer: EntityRef, rights: AccountRights | undefined): EntityRef {
  const runners = rights?.workloads ?? [];
  const [only] = runners;
  const isRunner = runners.some((one) => isSameWorkload(one, writer) || one.name === writer.name);
  return only === undefined || isRunner || runners.length > 1 ? writer : only;
}
