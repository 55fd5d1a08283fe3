// Checks how a pod's own settings affect name resolution: a policy that excludes the cluster's DNS, and host aliases that override Service names.
import * as z from 'zod';
import type { FindingDraft } from '../../model/report-draft.ts';
import type { Cluster } from './cluster.ts';
import { observed } from './finding.ts';

const Settings = z.looseObject({
  dnsPolicy: z.string().nullish(),
  hostNetwork: z.boolean().nullish(),
  dnsConfig: z.looseObject({ nameservers: z.array(z.string()).nullish() }).nullish(),
  hostAliases: z.array(z.looseObject({ ip: z.string(), hostnames: z.array(z.string()).nullish() })).nullish(),
});

export function dns(cluster: Cluster): FindingDraft[] {
  const clusterDns = new Set(
    cluster.services
      .filter(({ metadata }) => /(?:^|-)dns$/.test(metadata.name))
      .flatMap(({ spec }) => (spec.clusterIP ? [spec.clusterIP] : [])),
  );
  return cluster.workloads.flatMap((workload) => {
    const settings = Settings.safeParse(workload.spec.template.spec);
    if (!settings.success) return [];
    const { dnsPolicy, hostNetwork, dnsConfig, hostAliases } = settings.data;
    const entity = cluster.entityOf(workload);
    const name = `${workload.kind} ${workload.metadata.name}`;
    const servers = dnsConfig?.nameservers ?? [];
    const elsewhere = servers.length > 0 && !servers.some((server) => clusterDns.has(server));
    const names = new Set(cluster.services.map(({ metadata }) => metadata.name));
    const overwritten = (hostAliases ?? []).flatMap(({ ip, hostnames }) =>
      (hostnames ?? []).filter((host) => names.has(host.split('.')[0] ?? '')).map((host) => ({ ip, host })),
    );
    return [
      ...(dnsPolicy === 'None' && elsewhere
        ? [
            observed(cluster, {
              claim: `${name} asks only ${servers.join(', ')} for names, not the DNS of the cluster.`,
              entity,
              cause: 'dns-failure',
              confidence: clusterDns.size > 0 ? 0.9 : 0.8,
              lines: [`${name}: dnsPolicy None, nameservers ${servers.join(', ')}`],
              error: `nameservers ${servers.join(', ')}`,
            }),
          ]
        : []),
      // Pods on the host's network have this policy by a common mistake. Without host networking, someone chose to exclude the cluster's names.
      ...(dnsPolicy === 'Default' && !hostNetwork && callsByName(workload.spec.template.spec.containers, names)
        ? [
            observed(cluster, {
              claim: `${name} resolves names as its node does (dnsPolicy Default), and calls Services by name.`,
              entity,
              cause: 'dns-failure',
              confidence: 0.8,
              lines: [`${name}: dnsPolicy Default`],
              error: 'dnsPolicy Default',
            }),
          ]
        : []),
      ...overwritten.map(({ ip, host }) =>
        observed(cluster, {
          claim: `${name} writes its own address over the name of Service ${host}: ${ip}.`,
          entity,
          cause: 'dns-failure',
          confidence: 0.8,
          lines: [`${name}: hostAliases ${ip} ${host}`],
          error: `hostAliases ${host}`,
        }),
      ),
    ];
  });
}

const callsByName = (
  containers: readonly { readonly env: readonly { readonly value?: string | null | undefined }[] }[],
  names: ReadonlySet<string>,
): boolean =>
  containers.some(({ env }) =>
    env.some(({ value }) => names.has(/^(?:[a-z+]+:\/\/)?([a-z0-9-]+)(?:[.:/]|$)/.exec(value ?? '')?.[1] ?? '')),
  );
