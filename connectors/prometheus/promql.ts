// Builds PromQL: matchers with escaped values, and aggregations by the labels that hold a place.

/** How a label's value holds the name of an entity. */
export type NameForm =
  /** The name itself. */
  | 'plain'
  /** `NAMESPACE/NAME`, as OpenTelemetry writes the job. */
  | 'path'
  /** The name of a pod, which begins with the workload's name. */
  | 'pod'
  /** The name of a Deployment's pod; other pods hold no name. */
  | 'deployment-pod'
  /** `NAME@PROVIDER`, as Traefik writes services. */
  | 'provider'
  /** `outbound|80||NAME.NAMESPACE.svc…` or the name itself, as Envoy writes clusters. */
  | 'host'
  /** `NAME:PORT`, unless the name is an IP address. */
  | 'address';

export interface NameLabel {
  readonly label: string;
  readonly form: NameForm;
}

/** The labels of a metric by their roles. */
export interface Roles {
  readonly name?: NameLabel | undefined;
  readonly namespace?: string | undefined;
  /** A matcher that selects failed requests. */
  readonly failed?: string | undefined;
}

export const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]{0,200}$/;
export const labelName = /^[a-zA-Z_][a-zA-Z0-9_]{0,100}$/;

/** A value that can stand in a query. Names may come from a page, so anything else is left out. */
export const isUsable = (value: string): boolean => /^[^\p{C}]{1,200}$/u.test(value);

export const quoted = (value: string): string => JSON.stringify(value);
const literally = (value: string): string => value.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** Any of the values, or none at all if `orAbsent`. */
export const among = (label: string, values: readonly string[], orAbsent = false): string =>
  `${label}=~${quoted([...values.map(literally), ...(orAbsent ? [''] : [])].join('|'))}`;

/** Letters of the generated parts of pod names. */
const generated = '[bcdfghjklmnpqrstvwxz2456789]';
const replicaSuffix = `(?:-${generated}{6,10})?-${generated}{5}`;
const podSuffix = `(?:${replicaSuffix}|-[0-9]{1,3})`;
const suffixes: Readonly<Partial<Record<NameForm, string>>> = { pod: podSuffix, 'deployment-pod': replicaSuffix };

const valuesOf: Readonly<Record<NameForm, (names: string) => string>> = {
  plain: (names) => names,
  path: (names) => `(?:.+/)?(?:${names})`,
  pod: (names) => `(?:${names})${podSuffix}`,
  'deployment-pod': (names) => `(?:${names})${replicaSuffix}`,
  provider: (names) => `(?:${names})(?:@.+)?`,
  host: (names) => `(?:.*\\|)?(?:${names})(?:\\..+)?`,
  address: (names) => `(?:${names})(?::[0-9]+)?`,
};

/** Series of these entities. */
export const named = ({ label, form }: NameLabel, names: readonly string[]): string =>
  `${label}=~${quoted(valuesOf[form](names.map(literally).join('|')))}`;

/** The name in a value; undefined if it holds none. Pods are already replaced by their workload. */
export function nameIn(form: NameForm, value: string): string | undefined {
  switch (form) {
    case 'plain':
    case 'pod':
    case 'deployment-pod':
      return value || undefined;
    case 'path':
      return value.slice(value.lastIndexOf('/') + 1) || undefined;
    case 'provider':
      return value.split('@')[0] || undefined;
    case 'host':
      return value.slice(value.lastIndexOf('|') + 1).split('.')[0] || undefined;
    case 'address': {
      const name = value.replace(/:\d+$/, '');
      return /^[\d.]+$|^\[?[0-9a-f:]+\]?$/i.test(name) ? undefined : name || undefined;
    }
  }
}

/** The label under which an answer has the name. */
export const answerLabel = ({ label, form }: NameLabel): string => (suffixes[form] === undefined ? label : 'workload');

export interface Builder {
  /** `AGGREGATE by (the place) (inner)`; `more` are further labels. */
  grouped(aggregate: 'sum' | 'max' | 'avg', inner: string, more?: readonly string[]): string;
  /** The metric with its own matchers and those of the question. */
  select(metric: string, own?: string): string;
  /** Per-second rate of a counter by place. */
  rate(metric: string, own?: string): string;
  /** The window of a rate, as `60s`. */
  readonly window: string;
  /** As in `Roles`. */
  readonly failed: string | undefined;
}

interface Question {
  readonly roles: Roles;
  /** Matchers of the place; empty for everything. */
  readonly matchers: readonly string[];
  readonly cluster: string;
  /** Seconds of a rate. */
  readonly seconds: number;
}

export function builder({ roles, matchers, cluster, seconds }: Question): Builder {
  const { name, namespace, failed } = roles;
  const by = [
    cluster,
    ...(name === undefined ? [] : [answerLabel(name)]),
    ...(namespace === undefined ? [] : [namespace]),
  ];
  const suffix = name && suffixes[name.form];
  const workloads = (inner: string) =>
    name === undefined || suffix === undefined
      ? inner
      : `label_replace(${inner}, "workload", "$1", "${name.label}", ${quoted(`(.+?)${suffix}`)})`;
  const grouped: Builder['grouped'] = (aggregate, inner, more = []) =>
    `${aggregate} by (${[...by, ...more].join(', ')}) (${workloads(inner)})`;
  const select: Builder['select'] = (metric, own) => {
    const all = [...(own === undefined || own === '' ? [] : [own]), ...matchers];
    return all.length === 0 ? metric : `${metric}{${all.join(',')}}`;
  };
  return {
    grouped,
    select,
    rate: (metric, own) => grouped('sum', `rate(${select(metric, own)}[${seconds}s])`),
    window: `${seconds}s`,
    failed,
  };
}
