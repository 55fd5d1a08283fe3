// Keeps a round as a scenario (docs/scenario-format.md): the cluster as it was at the diagnosis, the logs, the page and the truth.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClusterApi } from './api.ts';
import { type Fault, ownNamespace } from './fault.ts';
import type { NodeAgent } from './node-agent.ts';
import { type ClusterObject, comparedKinds, pathOf } from './objects.ts';

export interface Recording {
  readonly at: string;
  readonly cluster: string;
  readonly namespace: string;
  readonly objects: readonly ClusterObject[];
  readonly logs: readonly object[];
}

const more = [
  'api/v1/namespaces/NS/events',
  'api/v1/namespaces/NS/endpoints',
  'apis/apps/v1/namespaces/NS/replicasets',
  'apis/apps/v1/namespaces/NS/controllerrevisions',
];

export async function recordNow(api: ClusterApi, namespace: string, agent: NodeAgent | undefined): Promise<Recording> {
  const paths = [
    ...[...comparedKinds, 'Pod'].map((kind) => pathOf(kind, namespace)),
    ...more.map((one) => one.replace('NS', namespace)),
  ];
  const lists = await Promise.all(
    paths.map(async (path) => {
      const version = path
        .split('/namespaces/')[0]
        ?.replace(/^apis?\//, '')
        .replace(/\/(nodes|priorityclasses)$/, '');
      return (await api.list(path)).map((one) => withoutSecrets({ apiVersion: version, ...one }));
    }),
  );
  const logs = (agent?.logs() ?? [])
    .filter((one) => one.namespace === namespace)
    .flatMap(({ pod, lines }) =>
      lines.map((line) => ({
        timestamp: line.slice(0, 24),
        source: 'kubernetes',
        labels: { cluster: api.context, namespace, pod, container: 'main' },
        message: line.slice(25),
      })),
    )
    .sort((a, b) => a.timestamp.localeCompare(b.timestamp));
  return { at: new Date().toISOString(), cluster: api.context, namespace, objects: lists.flat(), logs };
}

/** The keys of a Secret, and no value. */
function withoutSecrets(object: ClusterObject): ClusterObject {
  const { managedFields: _, ...metadata } = object.metadata;
  if (object.kind !== 'Secret') return { ...object, metadata };
  const data = typeof object.data === 'object' && object.data !== null ? Object.keys(object.data) : [];
  return { ...object, metadata, data: Object.fromEntries(data.map((key) => [key, ''])) };
}

export async function keepRecording(
  dir: string,
  { at, cluster, namespace, objects, logs }: Recording,
  { title, group, truth, remedies }: Fault,
  page: string,
): Promise<void> {
  const entityOf = (ref: string) => {
    const [kind = '', name = ''] = ref.replace(ownNamespace, `Namespace/${namespace}`).split('/');
    return { kind, name, ...(kind === 'Node' || kind === 'Namespace' ? {} : { namespace }) };
  };
  const actions = (all: typeof remedies.right) =>
    all.map(({ action, entity }) => ({ action, ...(entity && { entity: entityOf(entity) }) }));
  const id = dir.split('/').at(-1) ?? 'round';
  const files: Readonly<Record<string, unknown>> = {
    'scenario.json': {
      id,
      title,
      source: 'dojo',
      now: at,
      cluster,
      environment: 'production',
      namespace,
      tags: [group],
    },
    [`kubernetes/${cluster}.json`]: { kind: 'List', apiVersion: 'v1', items: objects },
    'expected.json': {
      vocabulary: 'watchkeeper',
      rootCause: { entity: entityOf(truth.entity), cause: truth.cause },
      actions: { right: actions(remedies.right), harmful: actions(remedies.harmful) },
    },
  };
  await mkdir(join(dir, 'kubernetes'), { recursive: true });
  for (const [name, content] of Object.entries(files))
    await writeFile(join(dir, name), `${JSON.stringify(content, null, 1)}\n`);
  await writeFile(join(dir, 'alert.json'), page);
  if (logs.length > 0)
    await writeFile(join(dir, 'logs.ndjson'), logs.map((one) => `${JSON.stringify(one)}\n`).join(''));
}
