// Tells the state of the cluster's DNS, and which names of Services it should resolve. Every workload depends on it, and none names it.
import type { EntityRef } from '../../model/entity.ts';
import type { Report } from '../../model/report.ts';
import { type Cluster, replicasOf } from './cluster.ts';
import { readyAddresses } from './endpoints.ts';
import type { Pod, Workload } from './objects.ts';

export type ClusterDns = NonNullable<NonNullable<Report['topology']>['dns']>[number];

/** Above this number of Services, their names are left out of the report. */
const mostServices = 300;
/** A restart this long before the snapshot still counts, in milliseconds. */
const recentMs = 60 * 60_000;

const dnsName = /^(?:kube-dns|coredns|rke2-coredns.{0,30}|dns-default)$/;

/** Undefined if the snapshot holds no workload of the cluster's DNS. */
export function clusterDnsOf(cluster: Cluster): ClusterDns | undefined {
  const workload = cluster.workloads.find(isDns);
  if (!workload) return undefined;
  const entity: EntityRef = cluster.entityOf(workload);
  const { desired, available } = replicasOf(workload);
  const restarted = cluster.podsOf(entity).filter((pod) => restartedLately(pod, Date.parse(cluster.takenAt)));
  const service = cluster.services.find(
    ({ metadata }) =>
      metadata.namespace === entity.namespace &&
      (metadata.labels['k8s-app'] === 'kube-dns' || dnsName.test(metadata.name)),
  );
  const isEmpty = service !== undefined && readyAddresses(cluster, service) === 0;
  const troubles = [
    ...(available < desired ? [`${available} of ${desired} pods available`] : []),
    ...(restarted.length > 0 ? [`${restarted.length} of its pods restarted within the last hour`] : []),
    ...(isEmpty ? [`Service ${service.metadata.name} has no ready endpoint`] : []),
  ];
  const services = cluster.services.map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}`);
  return {
    workload: entity,
    troubles,
    ...(services.length <= mostServices && { services }),
  };
}

/** Distributions keep it in kube-system or in a namespace of their own; a DNS server of an application has neither name nor label. */
const isDns = ({ metadata, spec }: Workload): boolean =>
  /(?:^|-)(?:system|dns)$/.test(metadata.namespace ?? '') &&
  (dnsName.test(metadata.name) || spec.template.metadata?.labels?.['k8s-app'] === 'kube-dns');

const restartedLately = ({ status }: Pod, at: number): boolean =>
  status.containerStatuses.some(
    ({ restartCount, lastState }) =>
      restartCount > 0 && at - Date.parse(lastState?.terminated?.finishedAt ?? '') < recentMs,
  );
