// Names the resource behind a host name that AWS gives: a bucket or a load balancer.
import type { ResourceRef } from '../../core/model/aws-resources.ts';

/** Undefined for a host of which the name says no resource. */
export function refOfHost(host: string): ResourceRef | undefined {
  const bucket =
    /^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\.s3(?:-website)?(?:[.-]([a-z]{2}(?:-[a-z]+)+-\d))?\.amazonaws\.com$/.exec(
      host,
    );
  if (bucket?.[1] !== undefined) return { type: 's3', name: bucket[1], ...(bucket[2] && { region: bucket[2] }) };
  const balancer =
    /^(?:dualstack\.|internal-)?([a-z0-9-]{1,32})-\d+\.([a-z]{2}(?:-[a-z]+)+-\d)\.elb\.amazonaws\.com$/i.exec(host);
  return balancer?.[1] === undefined ? undefined : { type: 'alb', name: balancer[1], region: balancer[2] };
}
