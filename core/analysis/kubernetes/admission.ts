// Finds pods that could not be created: a used-up quota, a missing service account, an admission policy. Controllers report this in FailedCreate
// events and, while it lasts, in the ReplicaFailure condition. If neither gives a reason, this analyzer derives it from the specs.
import type { CauseCode } from '../../causes/causes.ts';
import type { EntityRef } from '../../model/entity.ts';
import type { FindingDraft } from '../../model/report-draft.ts';
import { type Cluster, replicasOf } from './cluster.ts';
import { requestOf } from './feasibility.ts';
import { clockTime, earliest, observed } from './finding.ts';
import type { KubernetesEvent, Workload } from './objects.ts';
import { bytesOf } from './quantity.ts';
import { addressedBy } from './services.ts';
import { failedCallIn, webhookEntity } from './webhooks.ts';

const quotaResources: readonly (readonly [words: RegExp, cause: CauseCode])[] = [
  [/requests\.storage|persistentvolumeclaims/, 'quota-storage'],
  [/requested: [^,]*\bservices/, 'quota-services'],
  [/limits\.memory|requests\.memory|\bmemory=/, 'quota-memory'],
  [/limits\.cpu|requests\.cpu|\bcpu=/, 'quota-cpu'],
  [/\bpods=/, 'quota-pods'],
];

export function admission(cluster: Cluster): FindingDraft[] {
  const refused = cluster.events.filter(
    (event) => event.reason === 'FailedCreate' || /exceeded quota|forbidden:/.test(event.message ?? ''),
  );
  const groups = Map.groupBy(refused, (event) => {
    const owner = ownerOf(cluster, event);
    return `${owner.kind}/${owner.namespace}/${owner.name}/${judge(event.message ?? '').cause}`;
  });
  const found = [...groups.values()].flatMap((events) => {
    const latest = events.toSorted((a, b) => (b.lastTimestamp ?? '').localeCompare(a.lastTimestamp ?? ''))[0];
    if (!latest) return [];
    const workload = ownerOf(cluster, latest);
    const { cause, problem } = judge(latest.message ?? '');
    if (!stillMissing(cluster, workload) || resolved(cluster, latest) || createdSince(cluster, latest)) return [];
    const onset = earliest(events.map((event) => event.firstTimestamp ?? event.lastTimestamp));
    const namespaced = cause?.startsWith('quota-') === true && workload.namespace !== undefined;
    const call = failedCallIn(latest.message ?? '');
    const entity: EntityRef = namespaced
      ? { kind: 'Namespace', name: workload.namespace ?? '', cluster: cluster.name }
      : workload;
    return [
      observed(cluster, {
        claim: `Pods of ${workload.kind} ${workload.name} cannot be created${clockTime(onset)}: ${problem}.`,
        entity,
        cause,
        role: cause === undefined ? 'symptom' : 'cause',
        confidence: cause === undefined ? 0.6 : 0.93,
        onset,
        lines: events
          .slice(0, 4)
          .map(
            (event) =>
              `Event ${event.reason} on ${event.involvedObject.kind} ${event.involvedObject.name}: ${event.message}`,
          ),
        error: latest.message ?? '',
        ...(namespaced ? { dependency: workload } : call ? { dependency: webhookEntity(cluster, call) } : {}),
      }),
    ];
  });
  const failing = [...found, ...withoutEvents(cluster, found)];
  return [...failing, ...fullQuotas(cluster, failing)];
}

/** Whether the same controller created a pod after this event: what refused it is over. */
const createdSince = (cluster: Cluster, { involvedObject, lastTimestamp }: Cluster['events'][number]): boolean =>
  cluster.events.some(
    (event) =>
      event.reason === 'SuccessfulCreate' &&
      event.involvedObject.kind === involvedObject.kind &&
      event.involvedObject.name === involvedObject.name &&
      event.involvedObject.namespace === involvedObject.namespace &&
      (event.lastTimestamp ?? '') > (lastTimestamp ?? '~'),
  );

/** Workloads whose pods cannot be created now and that have no event left. */
function withoutEvents(cluster: Cluster, found: readonly FindingDraft[]): FindingDraft[] {
  const reported = new Set(found.map(({ entity, dependency }) => keyOf(dependency ?? entity)));
  const groups = Map.groupBy(
    [...cluster.workloads, ...cluster.replicaSets].filter((one) => failsToCreate(one) || lacksAccount(cluster, one)),
    (one) => keyOf(cluster.ownerOf(one.kind, one.metadata.name, one.metadata.namespace)),
  );
  return [...groups.values()].flatMap((failing) => {
    const [first] = failing;
    if (!first) return [];
    const workload = cluster.ownerOf(first.kind, first.metadata.name, first.metadata.namespace);
    if (reported.has(keyOf(workload)) || !stillMissing(cluster, workload)) return [];
    const conditions = failing.flatMap((one) => conditionOf(one) ?? []);
    const message = conditions.map((one) => one.message ?? '').find((text) => text !== '') ?? '';
    const { cause, problem } = message === '' ? workOut(cluster, first) : judge(message);
    const onset = earliest(conditions.map((one) => one.lastTransitionTime));
    const namespaced = cause?.startsWith('quota-') === true && workload.namespace !== undefined;
    const call = failedCallIn(message);
    return [
      observed(cluster, {
        claim: `Pods of ${workload.kind} ${workload.name} cannot be created${clockTime(onset)}: ${problem}.`,
        entity: namespaced ? { kind: 'Namespace', name: workload.namespace ?? '', cluster: cluster.name } : workload,
        cause,
        role: cause === undefined ? 'symptom' : 'cause',
        confidence: cause === undefined ? 0.6 : message === '' ? 0.85 : 0.93,
        onset,
        lines: [
          `${first.kind} ${first.metadata.name}: ReplicaFailure ${conditions[0]?.reason ?? ''}: ${message || 'no reason is recorded'}`,
          ...(message === '' && cause !== undefined ? [`derived from the objects that exist: ${problem}`] : []),
        ],
        error: message || problem,
        ...(namespaced ? { dependency: workload } : call ? { dependency: webhookEntity(cluster, call) } : {}),
      }),
    ];
  });
}

const keyOf = ({ kind, namespace, name }: EntityRef): string => `${kind}/${namespace ?? ''}/${name}`;
const conditionOf = ({ status }: Workload) =>
  (status?.conditions ?? []).find(({ type, status: state }) => type === 'ReplicaFailure' && state === 'True');
/** Whether a workload that wants pods has none, and the account that they would need does not exist. */
const lacksAccount = (cluster: Cluster, one: Workload): boolean =>
  one.kind !== 'ReplicaSet' &&
  replicasOf(one).desired > 0 &&
  cluster.podsOf(cluster.entityOf(one)).length === 0 &&
  workOut(cluster, one).cause === 'service-account-missing';
const failsToCreate = (one: Workload): boolean => conditionOf(one)?.reason === 'FailedCreate';

/** Derives from the existing accounts and quotas why the next pod would be refused. */
function workOut(cluster: Cluster, { metadata, spec: { template } }: Workload): ReturnType<typeof judge> {
  const { namespace } = metadata;
  const account = template.spec.serviceAccountName;
  const accountsRead = cluster.items.some(
    (item) => item.kind === 'ServiceAccount' && item.metadata.namespace === namespace,
  );
  // Every namespace has its account `default`: a controller makes it again at once, and listings often leave it out.
  if (account && account !== 'default' && accountsRead && !cluster.has('ServiceAccount', account, namespace))
    return { cause: 'service-account-missing', problem: `its service account ${account} does not exist` };
  for (const quota of cluster.quotas.filter((one) => one.metadata.namespace === namespace)) {
    for (const [resource, hard] of Object.entries(quota.status?.hard ?? {})) {
      const requested = requestOfPod(template, resource);
      const used = quota.status?.used[resource] ?? '0';
      if (requested === 0 || bytesOf(used) + requested <= bytesOf(hard)) continue;
      const cause = quotaResources.find(([words]) => words.test(`requested: ${resource}=`))?.[1];
      return {
        cause,
        problem: `quota ${quota.metadata.name} has no room for one more: ${resource} ${used} of ${hard}`,
      };
    }
  }
  return { cause: undefined, problem: 'their controller fails to make them, and its reason is not recorded any more' };
}

/** Amount of a quota that one pod uses, in its base unit; 0 for resources that pods do not use. */
function requestOfPod({ spec }: Workload['spec']['template'], resource: string): number {
  const [, side, kind] = /^(?:(requests|limits)\.)?(cpu|memory|pods)$/.exec(resource) ?? [];
  if (kind === undefined) return 0;
  if (kind === 'pods') return 1;
  return side === 'limits'
    ? spec.containers.reduce((sum, { resources }) => sum + bytesOf(resources.limits[kind]), 0)
    : requestOf({ spec }, kind);
}

function judge(message: string): { cause: CauseCode | undefined; problem: string } {
  // A quota on CPU or memory also refuses pods that do not state their needs. In that case the quota is not used up.
  if (/failed quota: .*must specify/.test(message))
    return {
      cause: 'admission-refused',
      problem: 'they do not set the resources that the quota of their namespace requires',
    };
  if (/exceeded quota/.test(message)) {
    const requested = /requested: .*?(?=, used: |$)/.exec(message)?.[0] ?? message;
    const cause = quotaResources.find(([words]) => words.test(requested))?.[1];
    const resource = cause?.replace('quota-', '') ?? requested.replace('requested: ', '').slice(0, 60);
    return { cause, problem: `the namespace's quota for ${resource} is used up` };
  }
  if (/serviceaccount "[^"]*" not found|error looking up service account/i.test(message))
    return { cause: 'service-account-missing', problem: 'its service account does not exist' };
  const call = failedCallIn(message);
  if (call) return { cause: undefined, problem: `the admission webhook ${call.webhook} does not answer` };
  if (/forbidden|denied|webhook|admission|violates|is invalid/i.test(message))
    return { cause: 'admission-refused', problem: 'admission refuses them' };
  // A slow or absent API server also fails pod creation, without a refusal.
  return { cause: undefined, problem: 'their controller fails to make them' };
}

function ownerOf(cluster: Cluster, event: KubernetesEvent): EntityRef {
  const { kind, name, namespace } = event.involvedObject;
  return cluster.ownerOf(kind ?? '', name ?? '', namespace ?? event.metadata.namespace);
}

/** If a workload has all its pods, an old refusal no longer matters. */
function stillMissing(cluster: Cluster, workload: EntityRef): boolean {
  const known = cluster.workloads.find(
    (one) =>
      one.kind === workload.kind &&
      one.metadata.name === workload.name &&
      one.metadata.namespace === workload.namespace,
  );
  if (known) {
    const { desired, available } = replicasOf(known);
    // While a rollout replaces one pod after another, the earlier revision can still have all of them.
    return available < desired || failsToCreate(known);
  }
  const job = cluster.jobs.find(
    ({ metadata }) => metadata.name === workload.name && metadata.namespace === workload.namespace,
  );
  return workload.kind !== 'Job' || (job?.status?.succeeded ?? 0) === 0;
}

/** During the setup of a namespace, controllers run before the accounts they need. If the account exists by now, it is not the cause. */
function resolved(cluster: Cluster, event: KubernetesEvent): boolean {
  const account = /serviceaccount "([^"]+)" not found/i.exec(event.message ?? '')?.[1];
  return account !== undefined && cluster.has('ServiceAccount', account, event.metadata.namespace);
}

/** Quotas without room that no event mentions. The missing objects show what the quota blocks. */
function fullQuotas(cluster: Cluster, found: readonly FindingDraft[]): FindingDraft[] {
  return cluster.quotas.flatMap((quota) => {
    const namespace = quota.metadata.namespace ?? '';
    if (found.some((finding) => finding.entity.kind === 'Namespace' && finding.entity.name === namespace)) return [];
    return Object.entries(quota.status?.hard ?? {}).flatMap(([resource, hard]) => {
      const used = quota.status?.used[resource] ?? '0';
      const cause = quotaResources.find(([words]) => words.test(`requested: ${resource}=`))?.[1];
      if (!cause || bytesOf(hard) === 0) return [];
      const missing = missingFor(cluster, cause, namespace);
      const full = bytesOf(used) >= bytesOf(hard);
      // Storage is requested in large pieces: a nearly full quota with a missing claim counts as full.
      if (!full && (missing.length === 0 || bytesOf(used) < bytesOf(hard) * 0.75)) return [];
      const lacking = missing.length > 0 ? `, and ${missing.join(', ')} could not be made` : '';
      return [
        observed(cluster, {
          claim: `Quota ${quota.metadata.name} of namespace ${namespace} leaves no room: ${resource} ${used} of ${hard}${lacking}.`,
          entity: { kind: 'Namespace', name: namespace, cluster: cluster.name },
          // A quota that exactly fits the existing objects blocks nothing.
          ...(missing.length > 0 ? { cause } : { role: 'context' as const }),
          severity: missing.length > 0 ? 'critical' : 'minor',
          confidence: missing.length > 0 ? 0.94 : 0.4,
          lines: [
            `ResourceQuota ${quota.metadata.name}: ${resource} used ${used}, hard ${hard}`,
            ...missing.map((one) => `not there: ${one}`),
          ],
          error: `quota ${resource} used up`,
        }),
      ];
    });
  });
}

/** Objects that pods or other workloads request and that the namespace lacks. */
function missingFor(cluster: Cluster, cause: CauseCode, namespace: string): string[] {
  if (cause === 'quota-storage') {
    const claimNames = cluster.pods
      .filter((pod) => pod.metadata.namespace === namespace)
      .flatMap((pod) => pod.spec.volumes.flatMap((volume) => volume.persistentVolumeClaim?.claimName ?? []));
    return [...new Set(claimNames)]
      .filter((name) => !cluster.has('PersistentVolumeClaim', name, namespace))
      .map((name) => `PersistentVolumeClaim ${name}`);
  }
  if (cause === 'quota-services') {
    const here = cluster.workloads.filter(({ metadata }) => metadata.namespace === namespace);
    const without = here.filter(({ metadata }) => !cluster.has('Service', metadata.name, namespace));
    const listening = (one: Workload) => one.spec.template.spec.containers.some(({ ports }) => ports.length > 0);
    // If nearly all workloads that listen have a Service, a workload without one should have one.
    const isCustom = without.filter(listening).length <= here.filter(listening).length / 5;
    return without
      .filter((one) => addressedBy(cluster, one.metadata.name, namespace) || (isCustom && listening(one)))
      .map(({ metadata }) => `Service ${metadata.name}`);
  }
  return [];
}
