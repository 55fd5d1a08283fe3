// Reads changes of ConfigMaps and Secrets from their metadata: who wrote which keys when (managedFields). Only metadata is requested, so that no value
// leaves the API server. An object counts if a Deployment reads it; how it reads it decides when the change reaches the pods.
import * as z from 'zod';
import { changeIds } from '../../core/model/change-ids.ts';
import { isWithin, type Scope } from '../../core/model/scope.ts';
import type { Change, KubernetesSnapshot } from '../../core/model/telemetry.ts';
import { clean } from '../../core/text.ts';
import { formatList } from '../../core/wording.ts';
import type { ClusterAccess } from './access.ts';
import { listed, Metadata, text, time } from './delivery.ts';
import { eachObject, type Kind } from './list.ts';

type Held = 'ConfigMap' | 'Secret';
const kinds: readonly { readonly held: Held; readonly plural: string; readonly fields?: string }[] = [
  { held: 'ConfigMap', plural: 'configmaps' },
  // Releases of Helm are read for themselves (helm.ts); tokens of accounts are no configuration.
  { held: 'Secret', plural: 'secrets', fields: 'type!=helm.sh/release.v1,type!=kubernetes.io/service-account-token' },
];

/** Namespaces that are read one by one; of more, the whole cluster is read. */
const maxNamespaces = 8;
const maxChanges = 200;
/** Pages of 500 objects of a kind in a namespace. */
const maxPages = 8;

const Written = z.object({
  metadata: Metadata.extend({
    managedFields: listed(
      z.object({
        manager: text(100),
        operation: text(20),
        time,
        fieldsV1: z.record(z.string(), z.unknown()).optional().catch(undefined),
      }),
      40,
    ),
  }),
});

/** What reads an object, and whether only a new start of the pods reads it again. */
interface Reader {
  readonly deployment: string;
  readonly atStart: boolean;
}

export interface ConfigVersions {
  readonly changes: readonly Change[];
  readonly missing: readonly string[];
  readonly bytes: number;
}

export async function configVersions(
  clusters: readonly ClusterAccess[],
  scope: Scope,
  snapshots: readonly KubernetesSnapshot[],
  withinMs: number,
): Promise<ConfigVersions> {
  const answers = await Promise.all(
    snapshots.flatMap((snapshot) => {
      const cluster = clusters.find(({ name }) => name === snapshot.cluster);
      return cluster === undefined ? [] : [versionsIn(cluster, snapshot, scope, withinMs)];
    }),
  );
  const all = answers.flatMap(({ changes }) => changes);
  const near = ({ service }: Change) =>
    service === scope.service ? 2 : scope.neighbours.includes(service ?? '') ? 1 : 0;
  const kept = all.toSorted((a, b) => near(b) - near(a) || b.at.localeCompare(a.at)).slice(0, maxChanges);
  return {
    changes: kept,
    missing: [
      ...answers.flatMap(({ missing }) => missing),
      ...(all.length > kept.length
        ? [`${all.length - kept.length} older changes of ConfigMaps and Secrets of other services`]
        : []),
    ],
    bytes: answers.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

async function versionsIn(
  cluster: ClusterAccess,
  snapshot: KubernetesSnapshot,
  scope: Scope,
  withinMs: number,
): Promise<ConfigVersions> {
  const readers = readersIn(snapshot, scope);
  const namespaces = [...new Set([...readers.keys()].map((key) => key.split('/')[1] ?? ''))].filter(
    (one) => one !== '',
  );
  if (namespaces.length === 0) return { changes: [], missing: [], bytes: 0 };
  const roots =
    namespaces.length <= maxNamespaces
      ? namespaces.map((one) => `api/v1/namespaces/${encodeURIComponent(one)}`)
      : ['api/v1'];
  const changes: Change[] = [];
  const failures = new Set<string>();
  let bytes = 0;
  await Promise.all(
    roots.flatMap((root) =>
      kinds.map(async ({ held, plural, fields }) => {
        const kind: Kind = {
          kind: held,
          path: `${root}/${plural}`,
          metadataOnly: true,
          withinMs,
          ...(fields && { fields }),
        };
        let count = 0;
        const read = await eachObject(cluster, kind, (item) => {
          count += 1;
          if (count > maxPages * 500) return;
          changes.push(...changesOf(held, item, { cluster: cluster.name, readers, scope }));
        });
        bytes += read.bytes;
        if (count > maxPages * 500) failures.add(`${cluster.name}: ${count - maxPages * 500} of ${count} ${held}s`);
        if (read.failed)
          failures.add(
            `${cluster.name}: versions of ${held}s (${read.failed.why}${read.failed.forbidden ? `; the right to list ${plural} is missing` : ''})`,
          );
      }),
    ),
  );
  return { changes, missing: [...failures].sort(), bytes };
}

const Template = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string().optional() }),
  spec: z.object({
    template: z.object({
      spec: z.object({
        containers: listed(z.looseObject({}), 50),
        initContainers: listed(z.looseObject({}), 50),
        volumes: listed(z.looseObject({}), 100),
      }),
    }),
  }),
});

/** By `Kind/namespace/name`, the Deployments within the scope that read the object. */
function readersIn(snapshot: KubernetesSnapshot, scope: Scope): ReadonlyMap<string, readonly Reader[]> {
  const readers = new Map<string, Reader[]>();
  for (const item of snapshot.items) {
    if (item.kind !== 'Deployment') continue;
    const read = Template.safeParse(item);
    if (!read.success) continue;
    const { name, namespace = '' } = read.data.metadata;
    if (!isWithin(scope, { cluster: snapshot.cluster, namespace, service: name })) continue;
    const { containers, initContainers, volumes } = read.data.spec.template.spec;
    const add = (held: Held, object: unknown, atStart: boolean) => {
      if (typeof object !== 'string' || object === '') return;
      const key = `${held}/${namespace}/${object}`;
      const known = readers.get(key) ?? [];
      if (!known.some((one) => one.deployment === name && one.atStart === atStart))
        known.push({ deployment: name, atStart });
      readers.set(key, known);
    };
    for (const { env, envFrom } of [...containers, ...initContainers]) {
      for (const one of listOf(env)) {
        add('ConfigMap', at(one, 'valueFrom', 'configMapKeyRef', 'name'), true);
        add('Secret', at(one, 'valueFrom', 'secretKeyRef', 'name'), true);
      }
      for (const one of listOf(envFrom)) {
        add('ConfigMap', at(one, 'configMapRef', 'name'), true);
        add('Secret', at(one, 'secretRef', 'name'), true);
      }
    }
    for (const volume of volumes) {
      add('ConfigMap', at(volume, 'configMap', 'name'), false);
      add('Secret', at(volume, 'secret', 'secretName'), false);
      for (const source of listOf(at(volume, 'projected', 'sources'))) {
        add('ConfigMap', at(source, 'configMap', 'name'), false);
        add('Secret', at(source, 'secret', 'name'), false);
      }
    }
  }
  return readers;
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value.slice(0, 300) : []);
const at = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (one, name) => (typeof one === 'object' && one !== null ? Reflect.get(one, name) : undefined),
    value,
  );

interface About {
  readonly cluster: string;
  readonly readers: ReadonlyMap<string, readonly Reader[]>;
  readonly scope: Scope;
}

/** Each manager's newest writing of data. Managers that wrote only labels or annotations do not count. */
function changesOf(held: Held, item: unknown, { cluster, readers, scope }: About): Change[] {
  const read = Written.safeParse(item);
  if (!read.success) return [];
  const { name, namespace = '', creationTimestamp, managedFields } = read.data.metadata;
  const by = readers.get(`${held}/${namespace}/${name}`) ?? [];
  const [start, end] = [Date.parse(scope.window.start), Date.parse(scope.window.end)];
  const near = (deployment: string) =>
    deployment === scope.service ? 2 : scope.neighbours.includes(deployment) ? 1 : 0;
  const users = by.toSorted(
    (a, b) => near(b.deployment) - near(a.deployment) || a.deployment.localeCompare(b.deployment),
  );
  const [first] = users;
  if (first === undefined) return [];
  return managedFields.flatMap(({ manager, time: wrote, fieldsV1 }): Change[] => {
    const keys = keysIn(fieldsV1);
    if (wrote === undefined || keys === undefined || wrote < start || wrote > end) return [];
    // The writing of a new object is its creation, not a change of what somebody read before.
    const made = creationTimestamp !== undefined && Math.abs(wrote - creationTimestamp) < 2000;
    const author = manager === undefined ? undefined : line(manager);
    const names = [...new Set(users.map(({ deployment }) => deployment))];
    const owns =
      keys.length > 0
        ? `, which owns the keys ${formatList([...keys.slice(0, 4), ...(keys.length > 4 ? [`${keys.length - 4} more keys`] : [])])}`
        : '';
    const reach = users.some(({ atStart }) => !atStart) ? 'mounted by' : 'read at their start by';
    return [
      {
        id: `${held === 'Secret' ? changeIds.secret : changeIds.configMap}${cluster}/${namespace}/${name}@${wrote}`,
        kind: 'config',
        at: new Date(wrote).toISOString(),
        service: first.deployment,
        title: line(
          `${held} ${name} was ${made ? 'created' : 'changed'}${author ? ` by ${author}` : ''}${owns}; ${reach} ${formatList(names.slice(0, 3).map((one) => `Deployment ${one}`))}`,
        ).slice(0, 300),
        ...(author ? { author } : {}),
        entity: { kind: 'Deployment', name: first.deployment, cluster, ...(namespace && { namespace }) },
      },
    ];
  });
}

const line = (value: string): string => clean(value).replace(/\s+/g, ' ');

/** Names of the keys of data that the manager owns; undefined if it owns none. The field of a whole map counts as no name. */
function keysIn(fields: Readonly<Record<string, unknown>> | undefined): string[] | undefined {
  const maps = ['f:data', 'f:stringData', 'f:binaryData'].flatMap((name) =>
    fields && Object.hasOwn(fields, name) ? [fields[name]] : [],
  );
  if (maps.length === 0) return undefined;
  return maps
    .flatMap((map) => (typeof map === 'object' && map !== null ? Object.keys(map).slice(0, 50) : []))
    .filter((key) => key.startsWith('f:'))
    .map((key) => line(key.slice(2)).slice(0, 60));
}
