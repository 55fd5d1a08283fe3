// Checks AWS Health: whether its events can be read, which takes a support plan and a right.
import { everywhere } from '../../core/model/scope.ts';
import type { CheckSource } from '../source-kind.ts';
import type { AwsHealthSettings } from './manifest.ts';
import { partsOf } from './source.ts';
import { awsHealthStatuses } from './statuses.ts';

export const check: CheckSource<AwsHealthSettings> = async (settings, means) => {
  const end = means.clock.now();
  const window = { start: new Date(end.getTime() - 3_600_000).toISOString(), end: end.toISOString() };
  const observed = await awsHealthStatuses(partsOf(settings, means)).observe(everywhere('check', window), {});
  if (observed.kind === 'data')
    return { kind: 'answers', sees: [`events of the last hour: ${observed.data.length}`], clusters: [], missing: [] };
  const fix = observed.gap.reason.includes('SubscriptionRequired')
    ? 'take a support plan for this account, name an account with one under account, or remove the source'
    : settings.account === undefined
      ? 'give this process health:DescribeEvents and health:DescribeEventDetails'
      : `deploy WatchkeeperMember again with credentials of the account ${settings.account}`;
  return { kind: 'silent', lack: { what: observed.gap.reason, fix } };
};
