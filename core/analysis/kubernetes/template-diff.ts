// Compares two revisions of a workload field by field: labels, containers, volumes and where its pods may run. A difference reads `field: before → after`.
import type { Container, Workload } from './objects.ts';

type Template = Workload['spec']['template'];

export interface Difference {
  readonly field: string;
  readonly before: string;
  readonly after: string;
}

/** Differences of the pod templates, the images first. */
export function templateDifferences(before: Template, after: Template): Difference[] {
  return [
    ...containers(before.spec.containers, after.spec.containers),
    ...containers(before.spec.initContainers, after.spec.initContainers, 'init '),
    ...entries('label ', labelsOf(before), labelsOf(after)),
    ...entries('volume ', named(before.spec.volumes), named(after.spec.volumes)),
    ...podFields.flatMap((field) => fieldOf(field, before.spec[field], after.spec[field])),
  ].toSorted((a, b) => Number(b.field === 'image') - Number(a.field === 'image'));
}

export const describeDifference = ({ field, before, after }: Difference): string =>
  after === '' && before === '' ? field : `${field}: ${before} → ${after}`;

const podFields = [
  'serviceAccountName',
  'priorityClassName',
  'nodeSelector',
  'affinity',
  'tolerations',
  'topologySpreadConstraints',
  'imagePullSecrets',
  'securityContext',
  'hostNetwork',
  'dnsPolicy',
  'dnsConfig',
  'hostAliases',
  'runtimeClassName',
  'terminationGracePeriodSeconds',
] as const;
const containerFields = [
  ['command', 'command'],
  ['args', 'args'],
  ['envFrom', 'environment from'],
  ['ports', 'ports'],
  ['resources', 'resources'],
  ['livenessProbe', 'liveness probe'],
  ['readinessProbe', 'readiness probe'],
  ['startupProbe', 'startup probe'],
  ['volumeMounts', 'volume mounts'],
  ['lifecycle', 'lifecycle'],
  ['securityContext', 'security context'],
  ['workingDir', 'working directory'],
] as const;
/** Labels that the cluster sets for each revision. */
const ofRevision = /^(?:pod-template-hash|controller-revision-hash|statefulset\.kubernetes\.io\/pod-name)$/;

function containers(before: readonly Container[], after: readonly Container[], kind = ''): Difference[] {
  const added = after.filter(({ name }) => !before.some((one) => one.name === name));
  const removed = before.filter(({ name }) => !after.some((one) => one.name === name));
  return [
    ...after.flatMap((container) => {
      const old = before.find(({ name }) => name === container.name);
      return old ? containerDifferences(old, container) : [];
    }),
    ...added.map(({ name }) => ({ field: `${kind}container ${name} is new`, before: '', after: '' })),
    ...removed.map(({ name }) => ({ field: `${kind}container ${name} is gone`, before: '', after: '' })),
  ];
}

const containerDifferences = (before: Container, after: Container): Difference[] => [
  ...fieldOf('image', before.image ?? '', after.image ?? ''),
  ...entries('', environmentOf(before), environmentOf(after)),
  ...containerFields.flatMap(([field, name]) => fieldOf(name, before[field], after[field])),
];

const environmentOf = (container: Container): ReadonlyMap<string, unknown> =>
  new Map(container.env.map((entry) => [entry.name, entry.value ?? entry.valueFrom ?? '']));
const labelsOf = (template: Template): ReadonlyMap<string, unknown> =>
  new Map(Object.entries(template.metadata?.labels ?? {}).filter(([label]) => !ofRevision.test(label)));
const named = (items: readonly { readonly name: string }[]): ReadonlyMap<string, unknown> =>
  new Map(items.map(({ name, ...rest }) => [name, rest]));

function entries(
  prefix: string,
  before: ReadonlyMap<string, unknown>,
  after: ReadonlyMap<string, unknown>,
): Difference[] {
  const names = [...new Set([...before.keys(), ...after.keys()])];
  return names.flatMap((name) =>
    fieldOf(
      `${prefix}${name}`,
      before.has(name) ? before.get(name) : undefined,
      after.has(name) ? after.get(name) : undefined,
    ),
  );
}

function fieldOf(field: string, before: unknown, after: unknown): Difference[] {
  const [old, fresh] = [textOf(before), textOf(after)];
  return old === fresh ? [] : [{ field, before: old, after: fresh }];
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '(not set)';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
