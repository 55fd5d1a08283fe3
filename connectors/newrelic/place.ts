// Finds the attributes that hold a place in New Relic's data, and writes the scope as an NRQL condition over those that the data has.
import type { TimeWindow } from '../../core/model/entity.ts';
import { amongClusters, type Located, type Scope } from '../../core/model/scope.ts';
import type { Answer, NewRelicConfig, Question, Row } from './client.ts';

/** Attributes that hold a part of a place, by integration. An event may have any of them. */
const attributes = {
  cluster: [
    'cluster_name',
    'clusterName',
    'k8s.cluster.name',
    'k8s.clusterName',
    'tags.clusterName',
    'tags.k8s.clusterName',
  ],
  namespace: [
    'namespace_name',
    'namespaceName',
    'namespace',
    'k8s.namespace.name',
    'k8s.namespaceName',
    'tags.namespaceName',
    'tags.namespace',
  ],
  service: [
    'service.name',
    'entity.name',
    'appName',
    'deploymentName',
    'service_name',
    'service',
    'targetName',
    'entityName',
  ],
  pod: ['pod_name', 'podName', 'k8s.pod.name'],
} as const;
type Part = keyof typeof attributes;
const parts: readonly Part[] = ['cluster', 'namespace', 'service', 'pod'];

/** The attributes of each part that the data has. */
export type Columns = Readonly<Record<Part, readonly string[]>>;

/** The service's attributes can be given, because they differ between kinds of events. */
export function columnsAmong(keys: ReadonlySet<string>, service: readonly string[] = attributes.service): Columns {
  const having = (names: readonly string[]) => names.filter((name) => keys.has(name));
  return {
    cluster: having(attributes.cluster),
    namespace: having(attributes.namespace),
    service: having(service),
    pod: having(attributes.pod),
  };
}

export const quoted = (name: string): string => `\`${name}\``;

/** A value that can stand in NRQL as it is. Names in a scope may come from a page, so any other value is left to the check of each row. */
const plain = /^[^\p{C}'"`\\%]{1,200}$/u;
const literal = (value: string): string => `'${value}'`;

/** What is within the scope, and perhaps a little more: each row is checked again. Undefined if nothing narrows it. */
export function condition(scope: Scope, columns: Columns): string | undefined {
  if (scope.reach === 'everywhere') return undefined;
  const own = [
    fits(columns.cluster, scope.cluster === undefined ? [] : [scope.cluster]),
    scope.reach === 'cluster' || scope.namespace === undefined
      ? undefined
      : fits(columns.namespace, [scope.namespace, 'kube-system', 'kube-node-lease', 'istio-system']),
  ].filter((one) => one !== undefined);
  if (own.length === 0) return undefined;
  const near = ofServices(scope.neighbours, columns);
  return near === undefined ? own.join(' AND ') : `((${own.join(' AND ')}) OR ${near})`;
}

/** Of these services, by their attribute or by the names of their pods. */
const ofServices = (names: readonly string[], columns: Columns): string | undefined =>
  anyOf(servicesAre(names, columns));

export function servicesAre(names: readonly string[], { service, pod }: Columns): Comparison[] {
  const usable = names.filter((name) => plain.test(name)).slice(0, 50);
  if (usable.length === 0) return [];
  return [
    ...service.map((column) => isAmong(column, usable)),
    ...pod.flatMap((column) =>
      usable.map((name) => ({ column, operator: 'LIKE', value: literal(`${name}-%`) }) as const),
    ),
  ];
}

export interface Comparison {
  readonly column: string;
  readonly operator: 'IN' | 'LIKE';
  /** As NRQL. */
  readonly value: string;
}

export const isAmong = (column: string, values: readonly string[]): Comparison => ({
  column,
  operator: 'IN',
  value: `(${values.map(literal).join(', ')})`,
});

/** Undefined without comparisons. */
export const anyOf = (comparisons: readonly Comparison[]): string | undefined =>
  comparisons.length === 0
    ? undefined
    : `(${comparisons.map(({ column, operator, value }) => `${quoted(column)} ${operator} ${value}`).join(' OR ')})`;

/** Rows without the attribute meet it, too. Undefined without comparisons. */
export const noneOf = (comparisons: readonly Comparison[]): string | undefined =>
  comparisons.length === 0
    ? undefined
    : `(${comparisons.map(({ column, operator, value }) => `(${quoted(column)} NOT ${operator} ${value} OR ${quoted(column)} IS NULL)`).join(' AND ')})`;

/** Any of the columns has one of the values, or none of them has any. */
function fits(columns: readonly string[], values: readonly string[]): string | undefined {
  if (columns.length === 0 || values.length === 0 || !values.every((value) => plain.test(value))) return undefined;
  const absent = columns.map((column) => `${quoted(column)} IS NULL`).join(' AND ');
  return `(${anyOf(columns.map((column) => isAmong(column, values)))} OR (${absent}))`;
}

export function placeOf(row: Row, columns: Columns, { cluster: only }: NewRelicConfig): Located {
  const found: { -readonly [P in Part]?: string } = {};
  for (const part of parts) {
    const value = columns[part].map((name) => text(row[name])).find((one) => one !== undefined);
    if (value !== undefined) found[part] = value;
  }
  return found.cluster === undefined && only !== undefined ? { ...found, cluster: only } : found;
}

export const text = (value: unknown, length = 300): string | undefined =>
  typeof value === 'string' && value !== '' ? value.slice(0, length) : undefined;

export const all = (columns: Columns): string[] => parts.flatMap((part) => columns[part]);
export const during = ({ start, end }: TimeWindow): string => `SINCE ${Date.parse(start)} UNTIL ${Date.parse(end)}`;
export const where = (...conditions: readonly (string | undefined)[]): string => {
  const given = conditions.filter((one) => one !== undefined);
  return given.length === 0 ? '' : ` WHERE ${given.join(' AND ')}`;
};

export type Keys = { readonly kind: 'keys'; readonly keys: ReadonlySet<string> } | Extract<Answer, { kind: 'failed' }>;

/** An unknown attribute gives an empty answer and no error, so the attributes of an event are asked first. */
export async function keysOf(question: Question, event: string, window: TimeWindow): Promise<Keys> {
  const answer = await question.ask(`SELECT keyset() FROM ${event} ${during(window)}`);
  if (answer.kind === 'failed') return answer;
  const keys = answer.rows.flatMap((row) =>
    [row.key, row.allKeys, row.stringKeys, row.numericKeys, row.booleanKeys].flat().flatMap((key) => text(key) ?? []),
  );
  return { kind: 'keys', keys: new Set(keys) };
}

/** The scope without a cluster that the data does not know. */
export async function knownScope(
  question: Question,
  { event, columns, scope }: { readonly event: string; readonly columns: Columns; readonly scope: Scope },
  config: NewRelicConfig,
): Promise<Scope> {
  if (scope.cluster === undefined || scope.reach === 'everywhere') return scope;
  const asked = columns.cluster.map((name) => `uniques(${quoted(name)}, 1000)`);
  const clusters = new Set(config.cluster === undefined ? [] : [config.cluster]);
  if (asked.length === 0) return amongClusters(scope, clusters);
  const answer = await question.ask(`SELECT ${asked.join(', ')} FROM ${event} ${during(scope.window)}`);
  if (answer.kind === 'failed') return scope;
  for (const row of answer.rows)
    for (const value of Object.values(row).flat()) if (typeof value === 'string') clusters.add(value);
  return amongClusters(scope, clusters);
}
