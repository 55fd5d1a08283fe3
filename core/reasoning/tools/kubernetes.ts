// A tool that describes one object in a few lines, as kubectl describe does: resource requests, conditions, containers, latest events.
import * as z from 'zod';
import { scopeOf } from '../../model/scope.ts';
import type { KubernetesObject } from '../../model/telemetry.ts';
import { shorten } from '../../text.ts';
import { investigationTool } from './tool.ts';

const Input = z.object({
  kind: z.string().max(63).describe('Kind, as Pod or Deployment.'),
  name: z.string().max(253).describe('Name, or the beginning of it.'),
  namespace: z.string().max(253).optional(),
});
const [maxObjects, maxEvents, maxConditions] = [3, 5, 6];

export const kubernetesTool = investigationTool({
  name: 'describe_object',
  description:
    'Describes Kubernetes objects by kind and name: replicas, conditions, containers, limits, latest events.',
  input: Input,
  ask: async (asked, brief, ports) => {
    const { kind, name, namespace } = asked;
    const observed = await ports.telemetry.kubernetes.observe(scopeOf(brief, 'everywhere'), {});
    if (observed.kind === 'gap') return { unanswered: `Kubernetes could not be asked: ${observed.gap.reason}` };
    const found = observed.data.flatMap(({ cluster, items }) =>
      items
        .filter(
          (item) =>
            item.kind.toLowerCase() === kind.toLowerCase() &&
            item.metadata.name.startsWith(name) &&
            (namespace === undefined || item.metadata.namespace === namespace),
        )
        .map((item) => ({ cluster, item, events: [...podsOn(item, items), ...eventsOf(item, items)] })),
    );
    const digest =
      found.length === 0
        ? `There is no ${kind} ${name}${namespace === undefined ? '' : ` in ${namespace}`}.`
        : [
            `${found.length} fit:`,
            ...found.slice(0, maxObjects).map(({ cluster, item, events }) => describe(cluster, item, events)),
          ].join('\n');
    return {
      source: 'kubernetes',
      query: `describe ${kind} ${namespace ?? '-'}/${name}`,
      digest,
      full: { kind: 'objects', objects: found.slice(0, maxObjects).map(({ item, events }) => ({ item, events })) },
    };
  },
});

const Condition = z.looseObject({
  type: z.string(),
  status: z.string(),
  reason: z.string().nullish(),
  message: z.string().nullish(),
});
const ContainerState = z.looseObject({
  name: z.string(),
  restartCount: z.number().nullish(),
  state: z
    .record(z.string(), z.looseObject({ reason: z.string().nullish(), message: z.string().nullish() }).nullish())
    .nullish(),
  lastState: z
    .record(z.string(), z.looseObject({ reason: z.string().nullish(), exitCode: z.number().nullish() }).nullish())
    .nullish(),
});
const words = z.array(z.string()).nullish().catch(undefined);
const Container = z.looseObject({
  name: z.string(),
  image: z.string().nullish(),
  resources: z.unknown(),
  command: words,
  args: words,
  env: z
    .array(z.looseObject({ name: z.string(), value: z.string().nullish(), valueFrom: z.unknown() }))
    .nullish()
    .catch(undefined),
});
type Container = z.infer<typeof Container>;
const placing = [
  'serviceAccountName',
  'nodeSelector',
  'tolerations',
  'affinity',
  'priorityClassName',
  'volumes',
] as const;
const PodSpec = z.looseObject({
  containers: z.array(Container).nullish(),
  nodeName: z.string().nullish(),
  ...Object.fromEntries(placing.map((field) => [field, z.unknown()])),
});
/** Each part is parsed separately: a part with an unexpected form is left out, the other parts are shown. */
const Parts = z.looseObject({
  spec: z
    .looseObject({
      replicas: z.number().nullish().catch(undefined),
      suspend: z.boolean().nullish().catch(undefined),
      schedule: z.string().nullish().catch(undefined),
      template: z.looseObject({ spec: PodSpec.nullish() }).nullish().catch(undefined),
      containers: z.array(Container).nullish().catch(undefined),
      nodeName: z.string().nullish().catch(undefined),
    })
    .nullish()
    .catch(undefined),
  status: z
    .looseObject({
      phase: z.string().nullish().catch(undefined),
      readyReplicas: z.number().nullish().catch(undefined),
      conditions: z.array(Condition).nullish().catch(undefined),
      containerStatuses: z.array(ContainerState).nullish().catch(undefined),
    })
    .nullish()
    .catch(undefined),
});

function describe(cluster: string, item: KubernetesObject, events: readonly string[]): string {
  const { spec, status } = Parts.parse(item);
  const labelled = (label: string, value: unknown) =>
    value === undefined || value === null ? [] : [`${label} ${value}`];
  const containers = spec?.containers ?? spec?.template?.spec?.containers ?? [];
  const pod = spec?.template?.spec ?? spec;
  return [
    `${item.kind} ${item.metadata.namespace ?? '-'}/${item.metadata.name} in ${cluster}`,
    [
      ...labelled('replicas', spec?.replicas),
      ...labelled('ready', status?.readyReplicas),
      ...labelled('phase', status?.phase),
      ...labelled('node', spec?.nodeName),
      ...labelled('schedule', spec?.schedule),
      ...labelled('suspended', spec?.suspend),
    ].join(', '),
    ...containers
      .slice(0, 4)
      .map(
        ({ name, image, resources }) =>
          `container ${name}: ${image ?? '?'} ${shorten(JSON.stringify(resources ?? {}), 160)}`,
      ),
    ...containers.slice(0, 2).flatMap(startedWith),
    ...placing.flatMap((field) =>
      isEmpty(pod?.[field]) ? [] : [`${field} ${shorten(JSON.stringify(pod?.[field]), 160)}`],
    ),
    ...labelled(
      'allocatable',
      isEmpty(status?.allocatable) ? undefined : shorten(JSON.stringify(status?.allocatable), 160),
    ),
    ...(status?.conditions ?? [])
      .slice(0, maxConditions)
      .map(({ type, status: is, reason, message }) =>
        `condition ${type}=${is} ${reason ?? ''} ${shorten(message ?? '', 140)}`.trim(),
      ),
    ...(status?.containerStatuses ?? [])
      .slice(0, 4)
      .map(
        (one) =>
          `state of ${one.name}: restarts ${one.restartCount ?? 0} ${shorten(JSON.stringify({ now: one.state, last: one.lastState }), 220)}`,
      ),
    ...events,
  ]
    .filter((line) => line !== '')
    .join('\n');
}

/** What a container is started with. Values from Secrets are named, never read. */
const startedWith = ({ command, args, env }: Container): string[] => [
  ...(isEmpty(command) && isEmpty(args)
    ? []
    : [`starts ${shorten([...(command ?? []), ...(args ?? [])].join(' '), 200)}`]),
  ...(isEmpty(env)
    ? []
    : [
        `environment ${shorten((env ?? []).map(({ name, value }) => `${name}=${value ?? '(from elsewhere)'}`).join(', '), 400)}`,
      ]),
];

const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  (Array.isArray(value) && value.length === 0) ||
  (typeof value === 'object' && Object.keys(value).length === 0);

const Event = z.looseObject({
  kind: z.literal('Event'),
  reason: z.string().nullish(),
  message: z.string().nullish(),
  count: z.number().nullish(),
  lastTimestamp: z.string().nullish(),
  involvedObject: z.looseObject({ kind: z.string().nullish(), name: z.string().nullish() }),
});

const Allocatable = z.looseObject({ allocatable: z.looseObject({ pods: z.coerce.number() }) });

/** How many pods run on a node, of how many that it takes. */
function podsOn(item: KubernetesObject, items: readonly KubernetesObject[]): string[] {
  if (item.kind !== 'Node') return [];
  const on = items.filter(
    (one) => one.kind === 'Pod' && PodSpec.safeParse(one.spec).data?.nodeName === item.metadata.name,
  );
  const most = Allocatable.safeParse(item.status).data?.allocatable.pods;
  return [`${on.length} pods run on it${most === undefined ? '' : `, of ${most} allocatable`}`];
}

function eventsOf(item: KubernetesObject, items: readonly KubernetesObject[]): string[] {
  return items
    .flatMap((one) => {
      if (one.kind !== 'Event') return [];
      const event = Event.safeParse(one);
      const about = event.data?.involvedObject;
      return event.success && about?.kind === item.kind && about?.name === item.metadata.name ? [event.data] : [];
    })
    .toSorted((a, b) => (b.lastTimestamp ?? '').localeCompare(a.lastTimestamp ?? ''))
    .slice(0, maxEvents)
    .map(({ lastTimestamp, count, reason, message }) =>
      `event ${lastTimestamp ?? ''} ${count ?? 1} × ${reason ?? ''}: ${shorten(message ?? '', 160)}`.trim(),
    );
}
