// Makes the canonical form of structured log lines. All fields count, in sorted order, except those whose names show that they vary: instants,
// request and trace ids, durations, processes, and the fields that a log shipper adds about the pod.
import { isOpaque, permanentThings } from './ids.ts';
import { mark } from './marks.ts';

type Scalar = string | number | boolean | null;
export type Json = Scalar | readonly Json[] | { readonly [key: string]: Json };

/** Deeper structures are not log lines. */
const maxDepth = 24;

/** Keeps an integer beyond the safe range as it was written. */
function exactNumber(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  return typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value) && context?.source
    ? `#${context.source}`
    : value;
}

/** The object or list that the text encodes; undefined if it is neither. */
export function structureOf(text: string): Json | undefined {
  const first = text[0];
  const last = text.at(-1);
  if (!((first === '{' && last === '}') || (first === '[' && last === ']'))) return undefined;
  try {
    const value: unknown = JSON.parse(text, exactNumber);
    return typeof value === 'object' && value !== null ? (value as Json) : undefined;
  } catch {
    // Text that only looks like JSON is plain text.
    return undefined;
  }
}

/** The canonical text of a value, whatever the order of its fields; `text` canonicalises strings. */
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

/** Splits a key into words: `requestId`, `request_id`, `x-request-id` and `Request ID` all end in `request id`. */
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
/** Paths of fields that shippers add about the pod. */
const shipped =
  /^(?:kubernetes\.(?:pod_name|pod_id|pod_ip|pod_uid|host|node_name|docker_id|container_id|pod\.(?:name|uid|ip)|node\.(?:name|hostname|uid)|(?:labels|annotations|pod_labels|pod_annotations)\.(?:pod-template-hash|controller-revision-hash|controller-uid|job-name|batch[._]kubernetes[._]io.{1,40}|pod-template-generation))|docker\.container_id|k8s\.(?:pod\.(?:name|uid|ip|start_time)|node\.(?:name|uid))|container\.id|service\.instance\.id|log\.offset|(?:resource|attributes|resource\.attributes)\.k8s\.(?:pod|node)\..{1,20})$/;

/** `remote_peer_id`, `tenantId`: ids of permanent things, which identify the error. */
const permanentIds = new RegExp(`(?:^| )${permanentThings} (?:id|uuid|guid)$`);
const isId = (text: string): boolean => /^[0-9a-f-]{12,64}$/i.test(text);

/** The mark for a varying value, or the note that the field is not part of the error; undefined if the value counts. */
function varies(path: readonly string[], value: Json): string | undefined {
  if (shipped.test(path.join('.'))) return 'left out';
  const key = path.at(-1) ?? '';
  const words = wordsOf(key);
  if (limits.test(words)) return undefined;
  if (isObject(value) || Array.isArray(value) || value === null || typeof value === 'boolean') return undefined;
  const text = String(value).replace(/^#/, '');
  const isNumber = /^-?\d{1,20}(?:\.\d{1,12})?$/.test(text);
  if (permanentIds.test(words) && isId(text)) return JSON.stringify(text);
  if (instants.test(words) && isNumber && Number(text) >= 1e9) return 'left out';
  if (words === 'id' && path.at(-2) === 'thread' && isNumber) return mark('thread');
  // Sampling decides whether a line carries a trace, so the field is left out.
  if (requestIds.test(words) && /\d|^.{16}|^$/.test(text)) return 'left out';
  if (runIds.test(words) && isOpaque(text)) return mark('id');
  if (processes.test(words) && isNumber) return mark('process');
  // An empty file is a different error from a short one.
  if (words.endsWith('bytes') && Number(text) === 0) return undefined;
  if ((durations.test(words) || (amounts.test(words) && words.includes(' '))) && isNumber) return mark('quantity');
  if (attempts.test(words) && isNumber) return mark('attempt');
  return undefined;
}
