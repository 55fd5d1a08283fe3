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
export interface Columns extends Readonly<Record<Part, readonly string[]>> {
  /** Services that the data has under other names. All conditions of one hold; a condition holds if any of its columns has the value. */
  readonly matched: readonly {
    readonly service: string;
    readonly conditions: readonly { readonly columns: readonly string[]; readonly value: string }[];
  }[];
}

/** The service's attributes can be given, because they differ between kinds of events. */
export function columnsAmong(
  keys: ReadonlySet<string>,
  { match = {} }: Pick<Scope, 'match'>,
  service: readonly string[] = attributes.service,
): Columns {
  const having = (names: readonly string[]) => names.filter((name) => keys.has(name));
  const named = having(service);
  // Kinds of events hold a service's name in different attributes; an attribute that is no name has to be there itself.
  const isName = (attribute: string) => attributes.service.some((one) => one === attribute);
  const columnsOf = (attribute: string) => (keys.has(attribute) ? [attribute] : isName(attribute) ? named : []);
  return {
    cluster: having(attributes.cluster),
    namespace: having(attributes.namespace),
    service: named,
    pod: having(attributes.pod),
    matched: Object.entries(match).map(([one, wanted]) => ({
      service: one,
      conditions: Object.entries(wanted).map(([attribute, value]) => ({ columns: columnsOf(attribute), value })),
    })),
  };
}

export const quoted = (name: string): string => `\`${name}\``;

/** A value that can stand in NRQL as it is. Names in a scope may come from a page, so any other value is left to the check of each row. */
const plain = /^[^\p{C}'"`\\%]{1,200}$/u;
export const isPlain = (value: string): boolean => plain.test(value);
const literal = (value: string): string => `'${value}'`;

/** What is within the scope, and perhaps a little more: each row is checked again. Undefined if nothing narrows it. */
export function condition(scope: Scope, columns: Columns): string | undefined {
  if (scope.reach === 'everywhere') return undefined;
  if (scope.reach === 'neighbours') return ofServices(scope.neighbours, columns) ?? 'timestamp < 0';
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

/** A service that has another name here is selected by that alone. */
export function servicesAre(names: readonly string[], { service, pod, matched }: Columns): Comparison[] {
  const usable = names.filter((name) => plain.test(name)).slice(0, 50);
  const own = usable.filter((name) => !matched.some((one) => one.service === name));
  const elsewhere = matched.filter((one) => usable.includes(one.service));
  return [
    ...(own.length === 0 ? [] : service.map((column) => isAmong(column, own))),
    ...pod.flatMap((column) => own.map((name) => compared(column, 'LIKE', literal(`${name}-%`)))),
    ...elsewhere.flatMap(({ conditions }) => together(conditions) ?? []),
  ];
}

/** A condition in NRQL and its negation, which rows without the attribute meet, too. */
export interface Comparison {
  readonly yes: string;
  readonly no: string;
}

const compared = (column: string, operator: 'IN' | 'LIKE', value: string): Comparison => ({
  yes: `${quoted(column)} ${operator} ${value}`,
  no: `(${quoted(column)} NOT ${operator} ${value} OR ${quoted(column)} IS NULL)`,
});

export const isAmong = (column: string, values: readonly string[]): Comparison =>
  compared(column, 'IN', `(${values.map(literal).join(', ')})`);

/** All conditions at once. Undefined if the data lacks an attribute, or if a value cannot stand in NRQL. */
function together(conditions: Columns['matched'][number]['conditions']): Comparison | undefined {
  const each = conditions.map(({ columns, value }): Comparison | undefined => {
    const any = plain.test(value) ? columns.map((column) => isAmong(column, [value])) : [];
    const [yes, no] = [anyOf(any), noneOf(any)];
    return yes === undefined || no === undefined ? undefined : { yes, no };
  });
  const all = each.filter((one) => one !== undefined);
  if (all.length === 0 || all.length < each.length) return undefined;
  return { yes: `(${all.map(({ yes }) => yes).join(' AND ')})`, no: `(${all.map(({ no }) => no).join(' OR ')})` };
}

/** Undefined without comparisons. */
export const anyOf = (comparisons: readonly Comparison[]): string | undefined =>
  comparisons.length === 0 ? undefined : `(${comparisons.map(({ yes }) => yes).join(' OR ')})`;

/** Undefined without comparisons. */
export const noneOf = (comparisons: readonly Comparison[]): string | undefined =>
  comparisons.length === 0 ? undefined : `(${comparisons.map(({ no }) => no).join(' AND ')})`;

/** Any of the columns has one of the values, or none of them has any. */
export function fits(columns: readonly string[], values: readonly string[]): string | undefined {
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
  const service = serviceIn(row, columns);
  return {
    ...found,
    ...(found.cluster === undefined && only !== undefined ? { cluster: only } : {}),
    ...(service === undefined ? {} : { service }),
  };
}

/** The service whose other name or attributes the row has. */
export const serviceIn = (row: Row, { matched }: Columns): string | undefined =>
  matched.find(({ conditions }) =>
    conditions.every(({ columns, value }) => columns.some((column) => row[column] === value)),
  )?.service;

/** The service that has this name here. Groups of a query have a name alone, so a match by another attribute cannot be told from it. */
export const serviceNamed = (name: string, { matched, service: columns }: Columns): string | undefined =>
  matched.find(({ conditions }) =>
    conditions.some((one) => one.value === name && one.columns.some((column) => columns.includes(column))),
  )?.service;

/** Sentences about services that cannot be selected here, because the data lacks an attribute of their match. */
export const unmatched = ({ matched }: Columns, event: string): string[] =>
  matched.flatMap(({ service, conditions }) =>
    together(conditions) === undefined ? [`${service} in ${event}: it lacks an attribute of the service's match`] : [],
  );

export const text = (value: unknown, length = 300): string | undefined =>
  typeof value === 'string' && value !== '' ? value.slice(0, length) : undefined;

export const all = (columns: Columns): string[] => [
  ...new Set([
    ...parts.flatMap((part) => columns[part]),
    ...columns.matched.flatMap(({ conditions }) => conditions.flatMap((one) => one.columns)),
  ]),
];
export const during = ({ start, end }: TimeWindow): string => `SINCE ${Date.parse(start)} UNTIL ${Date.parse(end)}`;
export const where = (...conditions: readonly (string | undefined)[]): string => {
  const given = conditions.filter((one) => one !== undefined);
  return given.length === 0 ? '' : ` WHERE ${given.join(' AND ')}`;
};

export type Keys = { readonly kind: 'keys'; readonly keys: ReadonlySet<string> } | Extract<Answer, { kind: 'failed' }>;

/** An unknown attribute gives an empty answer and no error, so the attributes of an event are asked first. */
export async function keysOf(question: Question, event: string, window: TimeWindow): Promise<Keys> {
  const answer = await question.query(`SELECT keyset() FROM ${event} ${during(window)}`);
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
  const selects = columns.cluster.map((name) => `uniques(${quoted(name)}, 1000)`);
  const clusters = new Set(config.cluster === undefined ? [] : [config.cluster]);
  if (selects.length === 0) return amongClusters(scope, clusters);
  const answer = await question.query(`SELECT ${selects.join(', ')} FROM ${event} ${during(scope.window)}`);
  if (answer.kind === 'failed') return scope;
  for (const row of answer.rows)
    for (const value of Object.values(row).flat()) if (typeof value === 'string') clusters.add(value);
  return amongClusters(scope, clusters);
}
