// Makes a span of ours from what a trace store has: the place from the resource's attributes, the callee from those of the call. Names of attributes:
// OpenTelemetry's semantic conventions, and the older ones of OpenTracing (`peer.service`, `error`, `http.status_code`).
import type { Span } from '../core/model/telemetry.ts';

export type Attributes = Readonly<Record<string, string | number | boolean>>;

export interface RawSpan {
  readonly trace: string;
  readonly span: string;
  readonly parent?: string | undefined;
  readonly service: string;
  readonly operation: string;
  readonly kind: Span['kind'];
  readonly startMs: number;
  readonly durationMs: number;
  readonly error: boolean;
  readonly status?: string | undefined;
  readonly peer?: string | undefined;
  /** Of the span itself. */
  readonly attributes: Attributes;
  /** Of the process that made it. */
  readonly resource: Attributes;
}

const clusters = ['k8s.cluster.name', 'cluster', 'cluster_name', 'cluster.name'];
const namespaces = ['k8s.namespace.name', 'service.namespace', 'namespace', 'kubernetes.namespace_name'];
/** Attributes of the process by which slow and fast spans may differ. */
const kept: ReadonlySet<string> = new Set([
  'k8s.pod.name',
  'k8s.node.name',
  'host.name',
  'hostname',
  'service.version',
  'deployment.environment',
  'deployment.environment.name',
  'cloud.availability_zone',
  'cloud.region',
  'cloud.account.id',
  'telemetry.sdk.version',
]);
const maxAttributes = 40;
const maxName = 200;
const maxValue = 200;

/** Undefined if the span has no identity, name or time. `cluster`: that of spans that name none. */
export function spanOf(raw: RawSpan, cluster: string | undefined): Span | undefined {
  const { startMs, durationMs, status } = raw;
  if (!raw.trace || !raw.span || !raw.service || !raw.operation) return undefined;
  if (!Number.isFinite(startMs) || startMs <= 0 || !Number.isFinite(durationMs) || durationMs < 0) return undefined;
  const place = { cluster: firstOf(raw.resource, clusters) ?? cluster, namespace: firstOf(raw.resource, namespaces) };
  const peer = raw.kind === 'client' || raw.kind === 'producer' ? (raw.peer ?? peerOf(raw.attributes)) : undefined;
  const said = status ?? statusOf(raw.attributes);
  return {
    trace: raw.trace.slice(0, maxName),
    span: raw.span.slice(0, maxName),
    service: raw.service.slice(0, maxName),
    operation: raw.operation.slice(0, maxName),
    kind: raw.kind,
    start: startMs,
    durationMs,
    error: raw.error,
    attributes: attributesOf(raw),
    ...(raw.parent ? { parent: raw.parent.slice(0, maxName) } : {}),
    ...(said ? { status: said.slice(0, 300) } : {}),
    ...(peer ? { peer: peer.slice(0, maxName) } : {}),
    ...(place.cluster ? { cluster: place.cluster } : {}),
    ...(place.namespace ? { namespace: place.namespace } : {}),
  };
}

export const isError = (attributes: Attributes): boolean =>
  attributes.error === true || attributes.error === 'true' || attributes['otel.status_code'] === 'ERROR';

export function kindOf(word: unknown): Span['kind'] {
  const text = String(word ?? '')
    .toLowerCase()
    .replace('span_kind_', '');
  return text === 'server' || text === 'client' || text === 'producer' || text === 'consumer' ? text : 'internal';
}

const statusOf = (attributes: Attributes): string | undefined =>
  firstOf(attributes, [
    'otel.status_description',
    'exception.message',
    'error.message',
    'http.response.status_code',
    'http.status_code',
    'rpc.grpc.status_code',
    'error.type',
  ]);

/** The service behind a call: named by the tracer, the database by its product or name, or the first word of a host that is no address. */
function peerOf(attributes: Attributes): string | undefined {
  const named = firstOf(attributes, ['peer.service', 'service.peer.name', 'server.service.name']);
  if (named !== undefined) return named;
  const host = firstOf(attributes, ['server.address', 'net.peer.name', 'http.host', 'peer.hostname', 'peer.address']);
  const name =
    host === undefined || /^[\d.]+(?::\d+)?$|^\[?[\da-f]*:[\da-f:]*/i.test(host) ? undefined : nameOfHost(host);
  return name ?? firstOf(attributes, ['messaging.system', 'db.system.name', 'db.system', 'messaging.destination.name']);
}

/** Within a cluster, `cart.shop.svc.cluster.local` is the Service cart; any other host is what it is called. */
function nameOfHost(host: string): string | undefined {
  const [bare = ''] = host.split(':');
  const [first = '', second, third] = bare.split('.');
  if (third === 'svc' || second === undefined) return first || undefined;
  return bare;
}

/** Headers may hold what logs people in. */
const secret = /header|cookie|authorization|password|token|secret/i;

function attributesOf({ attributes, resource }: RawSpan): Span['attributes'] {
  const all = [
    ...Object.entries(attributes),
    ...Object.entries(resource).filter(([name]) => kept.has(name) && !Object.hasOwn(attributes, name)),
  ];
  return Object.fromEntries(
    all
      .filter(([name]) => !secret.test(name) && name !== '__proto__')
      .slice(0, maxAttributes)
      .map(([name, value]) => [name.slice(0, 100), typeof value === 'string' ? value.slice(0, maxValue) : value]),
  );
}

function firstOf(attributes: Attributes, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
    if (value !== undefined && value !== '') return String(value).slice(0, 300);
  }
  return undefined;
}
