// Structured lines: all fields count, in an order of their own, but for those that are known to vary by their name: instants, ids of requests
// and traces, durations, processes, and what a log shipper adds about the pod that wrote the line.
import { isOpaque, standing } from './ids.ts';
import { mark } from './marks.ts';

type Scalar = string | number | boolean | null;
export type Json = Scalar | readonly Json[] | { readonly [key: string]: Json };

/** Deeper is no log line. */
const maxDepth = 24;

/** An integer that a number cannot hold is kept as it was written. */
function exactNumber(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  return typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value) && context?.source
    ? `#${context.source}`
    : value;
}

/** The object or list that the text is; undefined where it is none. */
export function structureOf(text: string): Json | undefined {
  const first = text[0];
  const last = text.at(-1);
  if (!((first === '{' && last === '}') || (first === '[' && last === ']'))) return undefined;
  try {
    const value: unknown = JSON.parse(text, exactNumber);
    return typeof value === 'object' && value !== null ? (value as Json) : undefined;
  } catch {
    // What only looks like JSON is text.
    return undefined;
  }
}

/** One text for one value, whatever the order of its fields; `text` makes the canonical form of a string. */
export function canonicalFields(value: Json, text: (value: string) => string): string {
  const shippers = isObject(value) && typeof value.pid === 'number' ? ['hostname'] : [];
  const render = (one: Json, path: readonly string[]): string => {
    if (path.length > maxDepth) return JSON.stringify(one);
    if (Array.isArray(one)) return `[${one.map((each: Json) => render(each, [...path, '[]'])).join(',')}]`;
    if (isObject(one)) {
      const fields = Object.entries(one)
        .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
        .flatMap(([key, inner]) => {
          const at = [...path, key];
          if (path.length === 0 && shippers.includes(key)) return [];
          const known = varies(at, inner);
          if (known === 'left out') return [];
          return `${JSON.stringify(key)}:${known ?? render(inner, at)}`;
        });
      return `{${fields.join(',')}}`;
    }
    return typeof one === 'string' ? `"${text(one)}"` : JSON.stringify(one);
  };
  return render(value, []);
}

const isObject = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** By words: `requestId`, `request_id`, `x-request-id` and `Request ID` end in `request id`. */
const wordsOf = (key: string): string =>
  key
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .replace(/[^A-Za-z0-9]+/g, ' ')
    .trim()
    .toLowerCase();

const instants =
  /(?:^|\b)(?:time|timestamp|time stamp|ts|t|date|datetime|epoch|created|at|asctime)(?: (?:ms|us|ns|s|secs?|seconds|millis|nanos))?$/;
const requestIds =
  /(?:^|\b)(?:(?:request|req|trace|span|parent span|correlation|invocation|activity|insert) ?id|traceparent|tracestate|x amzn trace id|trace state)$/;
const runIds = /(?:^|\b)(?:connection|conn|session|transaction|txn|thread|process|execution|run) ?id$/;
const durations =
  /(?:^|\b)(?:duration|elapsed|latency|took|response time|uptime|relative created|msecs)(?: (?:ms|us|ns|s|secs?|seconds|millis|nanos))?$/;
const amounts = /(?:^|\b)(?:ms|millis|milliseconds|seconds|secs|bytes)$/;
const limits =
  /\b(?:time ?outs?|max|maximum|min|minimum|limit|threshold|interval|ttl|quota|deadline|budget|capacity|allowed|expected)\b/;
const processes = /(?:^|\b)(?:pid|ppid|thread id|process id|goid|goroutine|goroutine id)$/;
const attempts = /^(?:attempts?|retry|retries|tries|retry (?:count|attempt)|attempt (?:number|count))$/;
/** What shippers add about the pod, by the path of the field. */
const shipped =
  /^(?:kubernetes\.(?:pod_name|pod_id|pod_ip|pod_uid|host|node_name|docker_id|container_id|pod\.(?:name|uid|ip)|node\.(?:name|hostname|uid)|(?:labels|annotations|pod_labels|pod_annotations)\.(?:pod-template-hash|controller-revision-hash|controller-uid|job-name|batch[._]kubernetes[._]io.{1,40}|pod-template-generation))|docker\.container_id|k8s\.(?:pod\.(?:name|uid|ip|start_time)|node\.(?:name|uid))|container\.id|service\.instance\.id|log\.offset|(?:resource|attributes|resource\.attributes)\.k8s\.(?:pod|node)\..{1,20})$/;

/** `remote_peer_id`, `tenantId`: which thing it is that stays. */
const standingIds = new RegExp(`(?:^| )${standing} (?:id|uuid|guid)$`);
const isId = (text: string): boolean => /^[0-9a-f-]{12,64}$/i.test(text);

/** The mark that stands for the value, or that the field is not part of the error; undefined where it counts. */
function varies(path: readonly string[], value: Json): string | undefined {
  if (shipped.test(path.join('.'))) return 'left out';
  const key = path.at(-1) ?? '';
  const words = wordsOf(key);
  if (limits.test(words)) return undefined;
  if (isObject(value) || Array.isArray(value) || value === null || typeof value === 'boolean') return undefined;
  const text = String(value).replace(/^#/, '');
  const isNumber = /^-?\d{1,20}(?:\.\d{1,12})?$/.test(text);
  if (standingIds.test(words) && isId(text)) return JSON.stringify(text);
  if (instants.test(words) && isNumber && Number(text) >= 1e9) return 'left out';
  if (words === 'id' && path.at(-2) === 'thread' && isNumber) return mark('thread');
  // Whether a line carries a trace depends on sampling.
  if (requestIds.test(words) && /\d|^.{16}|^$/.test(text)) return 'left out';
  if (runIds.test(words) && isOpaque(text)) return mark('id');
  if (processes.test(words) && isNumber) return mark('process');
  // An empty file is another thing than a short one.
  if (words.endsWith('bytes') && Number(text) === 0) return undefined;
  if ((durations.test(words) || (amounts.test(words) && words.includes(' '))) && isNumber) return mark('quantity');
  if (attempts.test(words) && isNumber) return mark('attempt');
  return undefined;
}
