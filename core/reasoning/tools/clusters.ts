// Tools that read the clusters' objects: lists, revisions, references, rights and Events.

import * as z from 'zod';
import { accountRights } from '../../analysis/kubernetes/account-rights.ts';
import { type Cluster, indexCluster, replicasOf } from '../../analysis/kubernetes/cluster.ts';
import { revisionOf, revisionsOf } from '../../analysis/kubernetes/rollouts.ts';
import { describeDifference, templateDifferences } from '../../analysis/kubernetes/template-diff.ts';
import type { Grant, Rule } from '../../model/account-rights.ts';
import type { Brief } from '../../model/report.ts';
import { scopeOf } from '../../model/scope.ts';
import type { KubernetesObject, KubernetesSnapshot } from '../../model/telemetry.ts';
import { carries, type Labels } from '../../selectors.ts';
import { shorten } from '../../text.ts';
import { type Found, investigationTool, limitLines, type ToolPorts } from './tool.ts';

const kind = z.string().min(1).max(63).describe('Kind, as Deployment.');
const name = z.string().min(1).max(253);
const namespace = z.string().max(253).optional();
const maxLines = 14;
const keptObjects = 50;

async function snapshotsOf(
  brief: Brief,
  { telemetry }: ToolPorts,
): Promise<readonly KubernetesSnapshot[] | { readonly unanswered: string }> {
  const observed = await telemetry.kubernetes.observe(scopeOf(brief, 'everywhere'), {});
  return observed.kind === 'gap'
    ? { unanswered: `Kubernetes could not be asked: ${observed.gap.reason}` }
    : observed.data;
}

const isSame = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
const placed = (cluster: string, { kind: of, metadata }: KubernetesObject): string =>
  `${of} ${metadata.namespace ?? '-'}/${metadata.name} in ${cluster}`;

export const listObjects = investigationTool({
  name: 'list_objects',
  description:
    'Lists objects of a kind with their state: ready of wanted, phase, restarts. Without a kind, counts the kinds.',
  input: z.object({
    kind: kind.optional(),
    namespace,
    contains: z.string().max(100).optional().describe('Only names that contain this.'),
    notWell: z.boolean().optional().describe('Only what is not ready.'),
  }),
  ask: async (asked, brief, ports) => {
    const snapshots = await snapshotsOf(brief, ports);
    if ('unanswered' in snapshots) return snapshots;
    const { contains = '', notWell = false } = asked;
    const inPlace = snapshots.flatMap(({ cluster, items }) =>
      items
        .filter(({ metadata }) => asked.namespace === undefined || metadata.namespace === asked.namespace)
        .map((item) => ({ cluster, item })),
    );
    if (asked.kind === undefined) return countsOf(inPlace, asked.namespace);
    const wanted = asked.kind;
    const found = inPlace
      .filter(({ item }) => isSame(item.kind, wanted) && item.metadata.name.includes(contains))
      .map((one) => ({ ...one, state: stateOf(one.item) }))
      .filter(({ state }) => !notWell || !state.isWell);
    const lines = found.map(({ cluster, item, state }) => `${placed(cluster, item)}: ${state.text}`);
    return {
      source: 'kubernetes',
      query: `list ${wanted} namespace=${asked.namespace ?? '*'} contains="${contains}"${notWell ? ' not well' : ''}`,
      digest:
        lines.length === 0 ? 'Nothing fits.' : [`${lines.length} fit:`, ...limitLines(lines, maxLines)].join('\n'),
      full: { kind: 'objects', objects: found.slice(0, keptObjects).map(({ item }) => item) },
    };
  },
});

function countsOf(objects: readonly { readonly item: KubernetesObject }[], inNamespace: string | undefined): Found {
  const counts = [...Map.groupBy(objects, ({ item }) => item.kind)].map(([of, all]) => [of, all.length] as const);
  const sorted = counts.toSorted((a, b) => b[1] - a[1]);
  return {
    source: 'kubernetes',
    query: `kinds in namespace=${inNamespace ?? '*'}`,
    digest: sorted.length === 0 ? 'There are no objects.' : sorted.map(([of, count]) => `${of} ${count}`).join(', '),
    full: { kind: 'kinds', counts: Object.fromEntries(sorted) },
  };
}

const Status = z.looseObject({
  spec: z
    .looseObject({ replicas: z.number().nullish().catch(undefined) })
    .nullish()
    .catch(undefined),
  status: z
    .looseObject({
      phase: z.string().nullish().catch(undefined),
      readyReplicas: z.number().nullish().catch(undefined),
      numberReady: z.number().nullish().catch(undefined),
      desiredNumberScheduled: z.number().nullish().catch(undefined),
      conditions: z
        .array(
          z.looseObject({
            type: z.string(),
            status: z.string(),
            reason: z.string().nullish(),
            message: z.string().nullish().catch(undefined),
          }),
        )
        .nullish()
        .catch(undefined),
      containerStatuses: z
        .array(z.looseObject({ restartCount: z.number().nullish(), ready: z.boolean().nullish() }))
        .nullish()
        .catch(undefined),
    })
    .nullish()
    .catch(undefined),
});
const troubleConditions: ReadonlySet<string> = new Set(['MemoryPressure', 'DiskPressure', 'PIDPressure', 'Failed']);

function stateOf(item: KubernetesObject): { readonly text: string; readonly isWell: boolean } {
  const { spec, status } = Status.parse(item);
  const wanted = status?.desiredNumberScheduled ?? spec?.replicas;
  const ready = status?.numberReady ?? status?.readyReplicas ?? 0;
  const restarts = (status?.containerStatuses ?? []).reduce((sum, one) => sum + (one.restartCount ?? 0), 0);
  const notReady = (status?.containerStatuses ?? []).filter((one) => one.ready === false).length;
  const bad = (status?.conditions ?? []).filter(({ type, status: is }) =>
    troubleConditions.has(type) ? is === 'True' : type === 'Ready' && is !== 'True',
  );
  const isCompleted = status?.phase === 'Succeeded';
  const text = [
    ...(wanted === undefined || wanted === null ? [] : [`${ready} of ${wanted} ready`]),
    ...(status?.phase ? [status.phase] : []),
    ...(restarts > 0 ? [`${restarts} restarts`] : []),
    ...(notReady > 0 ? [`${notReady} containers not ready`] : []),
    ...bad.map(({ type, status: is, reason, message }) =>
      shorten(`${type}=${is} ${reason ?? ''} ${message ?? ''}`.trim(), 140),
    ),
  ].join(', ');
  const isPhaseWell = !['Pending', 'Failed', 'Unknown', 'Lost', 'Terminating'].includes(status?.phase ?? '');
  const isWell = isCompleted || ((wanted ?? 0) <= ready && notReady === 0 && bad.length === 0 && isPhaseWell);
  return { text: text === '' ? 'present' : text, isWell };
}

export const diffRevisions = investigationTool({
  name: 'diff_revisions',
  description: 'Compares two revisions of a workload: images, resources, probes, environment, volumes, labels.',
  input: z.object({
    kind: z.enum(['Deployment', 'StatefulSet', 'DaemonSet']),
    name,
    namespace,
    back: z.number().int().min(1).max(10).default(1).describe('How many revisions before the present one.'),
  }),
  ask: async (asked, brief, ports) => {
    const snapshots = await snapshotsOf(brief, ports);
    if ('unanswered' in snapshots) return snapshots;
    const found = snapshots
      .map(indexCluster)
      .flatMap((cluster) =>
        cluster.workloads
          .filter(
            (one) =>
              one.kind === asked.kind &&
              one.metadata.name === asked.name &&
              (asked.namespace === undefined || one.metadata.namespace === asked.namespace),
          )
          .map((workload) => ({ cluster, workload, revisions: revisionsOf(cluster, workload) })),
      );
    const [one] = found;
    if (one === undefined)
      return { unanswered: `There is no ${asked.kind} ${asked.name}. list_objects shows the names.` };
    const [now, before] = [one.revisions[0], one.revisions[asked.back]];
    if (now === undefined || before === undefined)
      return {
        unanswered: `${asked.kind} ${asked.name} has ${one.revisions.length} revisions; there is none ${asked.back} before.`,
      };
    const differences = templateDifferences(before.spec.template, now.spec.template).map(describeDifference);
    const at = ({ metadata }: typeof now) => metadata.creationTimestamp ?? 'an unknown time';
    return {
      source: 'kubernetes',
      query: `diff ${asked.kind} ${one.workload.metadata.namespace ?? '-'}/${asked.name} revision ${revisionOf(before)} → ${revisionOf(now)}`,
      digest: [
        `${asked.kind} ${asked.name} in ${one.cluster.name}: revision ${revisionOf(before)} (${at(before)}) → ${revisionOf(now)} (${at(now)}), ${replicasOf(one.workload).available} available now`,
        ...(differences.length === 0
          ? ['The templates are equal.']
          : limitLines(
              differences.map((line) => shorten(line, 200)),
              maxLines,
            )),
      ].join('\n'),
      full: { kind: 'differences', differences },
    };
  },
});

/** Fields whose text value names another object. */
const references: ReadonlySet<string> = new Set([
  'name',
  'secretName',
  'claimName',
  'serviceName',
  'serviceAccountName',
  'volumeName',
  'storageClassName',
  'ingressClassName',
  'priorityClassName',
  'runtimeClassName',
  'nodeName',
  'host',
  'value',
]);
/** Parents of a field `name` that say which kind it names. */
const naming: Readonly<Record<string, readonly string[]>> = {
  configmap: ['configMapKeyRef', 'configMapRef', 'configMap'],
  secret: ['secretKeyRef', 'secretRef', 'secret', 'imagePullSecrets', 'tls'],
  persistentvolumeclaim: ['persistentVolumeClaim'],
  service: ['service', 'backend', 'backendRefs', 'clientConfig'],
  serviceaccount: ['subjects', 'serviceAccount'],
};

export const findUsers = investigationTool({
  name: 'find_users',
  description:
    'Finds the objects that refer to one: who mounts a ConfigMap, Secret or claim, selects or names a Service, runs as a ServiceAccount, runs on a node.',
  input: z.object({ kind, name, namespace }),
  ask: async (asked, brief, ports) => {
    const snapshots = await snapshotsOf(brief, ports);
    if ('unanswered' in snapshots) return snapshots;
    const found = snapshots.flatMap(({ cluster, items }) => {
      const selector = isSame(asked.kind, 'Service') ? selectorOf(items, asked) : undefined;
      return items.flatMap((item) => {
        if (item.kind === 'Event' || (isSame(item.kind, asked.kind) && item.metadata.name === asked.name)) return [];
        if (
          asked.namespace !== undefined &&
          item.metadata.namespace !== undefined &&
          item.metadata.namespace !== asked.namespace
        )
          return [];
        const paths = [
          ...pathsTo({ spec: item.spec, data: item.data, webhooks: item.webhooks, subjects: item.subjects }, asked),
          ...(selector !== undefined && item.kind === 'Pod' && isSelected(item, selector)
            ? ['its labels match the selector']
            : []),
        ];
        return paths.length === 0 ? [] : [{ cluster, item, paths }];
      });
    });
    const lines = found.map(({ cluster, item, paths }) => `${placed(cluster, item)}: ${paths.slice(0, 3).join(', ')}`);
    return {
      source: 'kubernetes',
      query: `users of ${asked.kind} ${asked.namespace ?? '-'}/${asked.name}`,
      digest:
        lines.length === 0
          ? `Nothing refers to ${asked.kind} ${asked.name}.`
          : [`${lines.length} refer to it:`, ...limitLines(lines, maxLines)].join('\n'),
      full: { kind: 'users', users: lines.slice(0, 200) },
    };
  },
});

type Selector = Labels;

function selectorOf(
  items: readonly KubernetesObject[],
  { name: of, namespace: place }: { name: string; namespace?: string | undefined },
): Selector | undefined {
  const service = items.find(
    (item) =>
      item.kind === 'Service' &&
      item.metadata.name === of &&
      (place === undefined || item.metadata.namespace === place),
  );
  const read = z.looseObject({ selector: z.record(z.string(), z.string()) }).safeParse(service?.spec);
  return read.success ? read.data.selector : undefined;
}

const isSelected = ({ metadata }: KubernetesObject, selector: Selector): boolean => carries(metadata.labels, selector);

/** Paths of fields that name the object; text that contains a Service's name as a host counts, too. */
function pathsTo(
  value: unknown,
  asked: { readonly kind: string; readonly name: string },
  path: readonly string[] = [],
): string[] {
  if (path.length > 12) return [];
  if (typeof value === 'string') return isReference(value, asked, path) ? [path.join('.')] : [];
  if (Array.isArray(value)) return value.flatMap((one: unknown) => pathsTo(one, asked, path));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) => pathsTo(one, asked, [...path, key]));
}

function isReference(
  text: string,
  { kind: of, name: named }: { readonly kind: string; readonly name: string },
  path: readonly string[],
): boolean {
  const [parent = '', field = ''] = path.slice(-2);
  if (isSame(of, 'Service') && (field === 'value' || path[0] === 'data' || field === 'args' || field === 'command')) {
    const before = text.indexOf(named);
    return before >= 0 && !/[\w-]/.test(text[before - 1] ?? ' ') && !/[\w-]/.test(text[before + named.length] ?? ' ');
  }
  if (text !== named || !references.has(field)) return false;
  if (field !== 'name') return true;
  const parents = naming[of.toLowerCase()];
  return parents === undefined ? parent !== 'metadata' && parent !== 'containers' : parents.includes(parent);
}

export const canI = investigationTool({
  name: 'can_i',
  description: 'Tells whether a workload or ServiceAccount may do something in the cluster, and by which binding.',
  input: z.object({
    namespace: z.string().min(1).max(253),
    account: z.string().max(253).optional().describe('Name of the ServiceAccount.'),
    workload: z.string().max(253).optional().describe('Or the name of a workload that runs as it.'),
    verb: z.string().min(1).max(40).describe('get, list, create, …'),
    resource: z.string().min(1).max(100).describe('In the plural, as configmaps.'),
  }),
  ask: async (asked, brief, ports) => {
    const snapshots = await snapshotsOf(brief, ports);
    if ('unanswered' in snapshots) return snapshots;
    const rights = snapshots
      .map(indexCluster)
      .flatMap((cluster: Cluster) =>
        accountRights(
          cluster,
          (one) =>
            one.namespace === asked.namespace &&
            (asked.account === undefined || one.name === asked.account) &&
            (asked.workload === undefined || one.workloads.some((workload) => workload.name === asked.workload)),
        ),
      );
    const [account] = rights;
    if (account === undefined)
      return {
        unanswered: `No ServiceAccount in ${asked.namespace} fits. describe_object of the workload shows its account.`,
      };
    const allowing = (account.grants ?? []).filter(
      (grant) =>
        isIn(grant, asked.namespace) && (grant.rules ?? []).some((rule) => covers(rule, asked.verb, asked.resource)),
    );
    const unread = account.grants === undefined || account.grants.some(({ rules }) => rules === undefined);
    const answer =
      allowing.length > 0
        ? `yes, by ${allowing.map(({ binding, role }) => `${binding} (${role})`).join(', ')}`
        : unread
          ? 'not known: not all roles and bindings could be read'
          : 'no';
    return {
      source: 'kubernetes',
      query: `can ServiceAccount ${asked.namespace}/${account.account.name} ${asked.verb} ${asked.resource}`,
      digest: [
        `ServiceAccount ${asked.namespace}/${account.account.name} in ${account.account.cluster}: ${asked.verb} ${asked.resource}: ${answer}.`,
        ...(allowing.length > 0 ? [] : grantsOn(account.grants ?? [], asked.resource)),
        ...account.nearBindings,
      ].join('\n'),
      full: { kind: 'rights', rights: account },
    };
  },
});

/** What the account may do with the resource; with anything, if nothing with it. */
function grantsOn(grants: readonly Grant[], resource: string): string[] {
  const lines = grants.flatMap(({ binding, role, rules = [] }) =>
    rules.map(({ verbs, resources }) => ({
      resources,
      text: `${role} by ${binding} grants ${verbs.join(', ')} on ${resources.join(', ')}`,
    })),
  );
  const about = lines.filter(({ resources }) => resources.includes(resource) || resources.includes('*'));
  return (about.length > 0 ? about : lines).slice(0, 4).map(({ text }) => text);
}

const isIn = ({ namespace: only }: Grant, place: string): boolean => only === undefined || only === place;
const covers = ({ resources, verbs }: Rule, verb: string, resource: string): boolean =>
  (verbs.includes('*') || verbs.includes(verb)) && (resources.includes('*') || resources.includes(resource));

export const listEvents = investigationTool({
  name: 'list_events',
  description: 'Lists Kubernetes Events, newest first, warnings before the rest; each with the object and how often.',
  input: z.object({
    namespace,
    about: z.string().max(253).optional().describe('Only Events whose object or message contains this.'),
    reason: z.string().max(100).optional(),
  }),
  ask: async (asked, brief, ports) => {
    const snapshots = await snapshotsOf(brief, ports);
    if ('unanswered' in snapshots) return snapshots;
    const about = asked.about?.toLowerCase();
    const events = snapshots
      .map(indexCluster)
      .flatMap((cluster) => cluster.events)
      .filter(
        (event) =>
          (asked.namespace === undefined ||
            event.involvedObject.namespace === asked.namespace ||
            event.metadata.namespace === asked.namespace) &&
          (asked.reason === undefined || isSame(event.reason ?? '', asked.reason)) &&
          (about === undefined || `${event.involvedObject.name} ${event.message}`.toLowerCase().includes(about)),
      )
      .map((event) => ({ event, at: event.lastTimestamp ?? event.eventTime ?? event.firstTimestamp ?? '' }))
      .toSorted(
        (a, b) => Number(b.event.type === 'Warning') - Number(a.event.type === 'Warning') || b.at.localeCompare(a.at),
      );
    const lines = events.map(
      ({ event, at }) =>
        `${at} ${event.type ?? ''} ${event.reason ?? ''} ${event.involvedObject.kind ?? ''} ${event.involvedObject.name ?? ''} ${event.count ?? 1} ×: ${shorten(event.message ?? '', 180)}`,
    );
    return {
      source: 'kubernetes',
      query: `events namespace=${asked.namespace ?? '*'} about="${asked.about ?? ''}" reason="${asked.reason ?? ''}"`,
      digest: lines.length === 0 ? 'No Event fits.' : [`${lines.length} Events:`, ...limitLines(lines, 8)].join('\n'),
      full: { kind: 'events', events: lines.slice(0, 200) },
    };
  },
});
