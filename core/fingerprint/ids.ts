// Rules that mask ids: ids of a known shape, ids introduced by a key, and numbers that a runtime assigns at each start (processes, threads, pointers,
// generated classes, source ports). A name that contains digits is not an id.
import { mark, timeMark } from './marks.ts';
import type { Rule } from './rules.ts';

const id = mark('id');
const [process, thread, pointer, port, generated] = (
  ['process', 'thread', 'pointer', 'port', 'generated'] as const
).map(mark) as [string, string, string, string, string];

/** Ids of cloud resources all have one shape; each identifies a different thing, so they stay. */
const resource = String.raw`\b(?:i|vol|subnet|sg|vpc|eni|ami|snap|rtb|igw|nat|acl|tgw|fs|fsap|pl|dopt|vpce|eipalloc)-`;
/** Text that introduces a version; a version identifies the error, so it stays. */
const version = String.raw`(?:commit|revision|version|sha\d{0,3}|digest|build|image|checksum|fingerprint|thumbprint|serial)["']?\s?(?:[=:@-]\s?)?["']?`;

/**
 * Text before the id of a permanent thing that somebody set up. Such an id identifies the error; an id of a request, an order or a customer does not.
 */
export const permanentThings = String.raw`(?:subscriptions?|tenants?|director(?:y|ies)|applications?|app|client|(?:kms |encryption |signing |master |:)key|members?|(?<!\bby )peers?|nodes?|servers?|brokers?|clusters?|volumes?|disks?|devices?|partitions?|file ?systems?|by-(?:part)?uuid|(?:part)?uuid|buckets?|tables?|schemas?|databases?|indexes|index|datasets?|projects?|zones?|distributions?|domains?|(?:user |identity )pools?|policy|policies|roles?|groups?|accounts?|org(?:ani[sz]ation)?s?|workspaces?|sites?|sensors?|features?|flags?|templates?|certificates?|plans?|price|product|vault|mac|MAC|object|migration|release|model|pipeline|queue|topic|channel|image|layer|interface|gateway|endpoint)`;
const whichOne = String.raw`(?<!\b${permanentThings}(?:[-_ ]?ids?| with identifier| named| name)?["']?(?:\s?[=:/]\s?|\s)["'({[]{0,2})`;

/** The tag of an image. */
const tag = String.raw`(?:/[\w.-]{1,128}|\bimage["'\s:=]{1,4}[\w./-]{1,200}):`;

/** Whether the value looks random by its characters; a name has a run of small letters. */
export const isOpaque = (value: string): boolean =>
  /^\d{1,24}$/.test(value) ||
  (/^[0-9a-f]{8,}$/i.test(value) && /\d/.test(value) && /[a-f]/i.test(value)) ||
  (value.length >= 12 && /\d/.test(value) && !/[a-z]{5}/.test(value) && !/[A-Z]{7}/.test(value));

/**
 * These rules run before redaction, which would read some of the digits as a card number, and a migration's name as a password. The id of a COM class
 * is its name, so it stays.
 */
export const uuids: readonly Rule[] = [
  [/\brevision identified by (?=')/g, 'revision ', 'revision'],
  [
    new RegExp(
      String.raw`(?<![0-9a-z])(?<!\b(?:clsid|iid|appid)["']?\s?[:=]?\s?\{?)${whichOne}[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9a-z])`,
      'gi',
    ),
    id,
    /-[0-9a-f]{4}-[0-9a-f]{4}-/i,
  ],
];

const shapes: readonly Rule[] = [
  [/\[redacted(?::[^\]]{0,60})?\]/g, mark('secret'), '[redacted'],
  // X-Amzn-Trace-Id
  [/\b1-[0-9a-f]{8}-[0-9a-f]{24}\b/g, id],
  // ULID
  [/(?<![0-9A-Za-z])[0-7][0-9A-HJKMNP-TV-Z]{25}(?![0-9A-Za-z])/g, id],
  [/\breq_[A-Za-z0-9]{8,64}\b/g, id, 'req_'],
  // Temporary files, AWS SDK sessions, volumes of service account tokens.
  [/(\/tmp\/tmp)(?:\.[A-Za-z0-9]{6,12}|(?=[a-z_]{0,7}\d)[a-z0-9_]{8})(?![\w.-])/g, `$1${id}`, '/tmp/'],
  [/\b((?:botocore|aws-sdk-\w{1,10}|aws-go-sdk)-(?:session-)?)\d{10,19}\b/g, `$1${id}`, '-'],
  [/\b(kube-api-access-)[bcdfghjklmnpqrstvwxz2456789]{5}(?![\w-])/g, `$1${id}`, 'kube-api'],
  [/\bblk_-?\d{6,20}(?:_\d{1,12})?\b/g, id, 'blk_'],
  // Hexadecimal of 12 digits or more, with letters and digits; not in a host name, and not the name of a version or a resource.
  [
    new RegExp(
      String.raw`(?<![0-9A-Za-z.@])(?<!${resource})(?<!${tag})(?<!\b${version})(?<!(?<![0-9a-z])[a-z]{2,40}[-_])${whichOne}(?:(?=[0-9a-f]{0,127}[a-f])(?=[a-f]{0,127}\d)[0-9a-f]{12,128}|(?=[0-9A-F]{0,127}[A-F])(?=[A-F]{0,127}\d)[0-9A-F]{12,128})(?![0-9A-Za-z]|\.[A-Za-z])`,
      'g',
    ),
    id,
    /[0-9A-Fa-f]{12}/,
  ],
  // An Elasticsearch node id, an Erlang process id.
  [/\{(?=[\w-]{0,21}\d)(?=[\w-]{0,21}[A-Z])[\w-]{22}\}/g, `{${id}}`],
  [/<0\.\d{1,9}\.\d{1,9}>/g, `<${process}>`],
];

/** The value ends before anything that could be the next part of the text. */
const value = `[A-Za-z0-9+/_@-]{1,255}={0,2}(?::[0-9A-Fa-f]{4,16}(?![A-Za-z0-9]))?`;
const introduced = String.raw`["']?(?:\s?[:=]\s?|\s)["'[(]?`;
const key = (names: string) =>
  new RegExp(String.raw`\b((?:[\w-]{1,20}[_.-])?(?:${names})[-_ ]?id${introduced})(${value})`, 'gi');

/** Keys of request ids. The id may look like anything, as long as it contains a digit. */
const requestKeys = 'request|req|trace|span|correlation|invocation|activity|insert';
/** Keys of run or connection ids, which are masked if they look random. */
const runKeys = 'connection|conn|session|transaction|txn|process|thread|run|execution|operation';

const keyed: readonly Rule[] = [
  [
    key(requestKeys),
    (match: string, before: string, found: string) =>
      /\d/.test(found) || isOpaque(found) || (found.length >= 16 && /[a-z][A-Z]|[A-Z][a-z]+[A-Z]/.test(found))
        ? before + id
        : match,
    /id["']?[:=\s]/i,
  ],
  [
    key(runKeys),
    (match: string, before: string, found: string) => (isRunId(found) ? before + id : match),
    /id["']?[:=\s]/i,
  ],
  [
    /\b((?:hostid|x-amz-id-2|nonce|etag|cursor|cf-ray|traceparent)["']?\s?[:=]\s?["']?)(?=[^\s"']{0,255}\d)[A-Za-z0-9+/=_-]{16,256}/gi,
    `$1${id}`,
  ],
  [/\b(txnNumber["']?: ?)\d{1,19}/g, `$1${id}`],
];

const isRunId = (text: string): boolean => text.split(':').every((part, place) => isOpaque(part) || place > 0);

const levels = 'TRACE|DEBUG|INFO|NOTICE|LOG|WARN|WARNING|ERROR|FATAL|PANIC|CRITICAL|DETAIL|HINT|STATEMENT|CONTEXT';
/** The number could be an HTTP status. */
const statusLike = /^[1-5]\d\d$/;

const after = (pattern: string): RegExp => new RegExp(`(${timeMark}${pattern}`, 'g');

const processes: readonly Rule[] = [
  // After a logger's timestamp: name[pid]:, [pid], 7#7: *1234, pid ---, thread [
  [
    after(String.raw`\]? ?\[)(\d{1,10})(?:-\d{1,9})?(?=\] ?\[?(?:[\w.-]{1,63}@[\w.-]{1,63} )?(?:${levels})\b)`),
    (match: string, before: string, pid: string) => (statusLike.test(pid) ? match : before + process),
  ],
  [after(String.raw` \[\w{1,10}\] )\d{1,10}#\d{1,10}:(?: \*\d{1,12})?`), `$1${process}:`, '#'],
  [after(String.raw` {1,4}[A-Z]{4,5} {1,4})\d{1,10}(?= ---)`), `$1${process}`, ' ---'],
  [
    after(String.raw` )(\d{1,10})(?= \[(?:ERROR|Error|Warning|Note|System)\])`),
    (match: string, before: string, number: string) => (statusLike.test(number) ? match : before + thread),
  ],
  [after(String.raw` )\d{1,10}(?= \[\w{1,10}\] \[MY-)`), `$1${thread}`],
  [after(' #)\\d{1,10}(?=\\])'), `$1${process}`, '#'],
  [/(\[pool \S{1,60}\] child )\d{1,10}\b/g, `$1${process}`, 'child'],
  [/^\d{1,10}(?=:[CMSX] \ue000)/g, process],
  [/\b([A-Za-z][\w.-]{0,60})\[\d{1,10}\](?=: (?:segfault|trap|general protection))/g, `$1[${process}]`, ']: '],
  [/(\[pid )\d{1,10}(:tid )\d{1,20}(?=\])/g, `$1${process}$2${thread}`, ':tid'],
  [/\b((?:os)?pid["']?\s?[=: ]\s?["']?)\d{1,10}(?![\w.])/gi, `$1${process}`],
  [/\((node:)\d{1,10}\)/g, `($1${process})`],
  // A worker that a supervisor names before the worker's own timestamp.
  [new RegExp(String.raw`^([A-Za-z][\w./-]{0,60})\[\d{1,10}\](?=: \[?${timeMark})`), `$1[${process}]`],
  [/(\bthread '[^']{1,100}' \()\d{1,20}(?=\) panicked at )/g, `$1${thread}`, 'panicked'],
  [/^\[\d{1,10}:0x[0-9a-f]{6,16}\](?= )/, `[${process}]`, ':0x'],
  [/((?:\(SIG[A-Z]{2,8}\)|exitcode -?\d{1,3}) Job: )\d{1,12}(?!\w)/g, `$1${id}`, ' Job: '],
  [/\b(Failed to execute job )\d{1,12}( for task .{1,400}; )\d{1,10}(?=\)$)/, `$1${id}$2${process}`, ' for task '],
  [new RegExp(String.raw`^(${timeMark} \w{4,8} envoy .{1,4000}\bthread=)\d{1,6}$`), `$1${thread}`, 'envoy'],
  // The queue id of a mail in Postfix.
  [/(\bpostfix[\w/-]{0,40}\[[^\]]{1,20}\]: )(?=[A-Za-z]{0,19}\d)[0-9A-Za-z]{6,20}(?=: )/, `$1${id}`, 'postfix'],
  [/\b((?:[Kk]illed |[Rr]eaped |blocked by |Process ID )[Pp]rocess )\d{1,10}(?![\w.:-]\w)/g, `$1${process}`],
  [/\b(Process )\d{1,10}(?= (?:waits|exited|terminated|died|crashed|was killed|\()|: [A-Z]{4})/g, `$1${process}`],
  [/\b((?:on|by) transaction )\d{1,20}\b/g, `$1${id}`],
  [/\b(session )[0-9a-f]{8}\.[0-9a-f]{1,8}(?!\w)/g, `$1${id}`],
  [/\bCPU: \d{1,4}(?= PID: )/g, `CPU: ${process}`],
  [/\b(task [\w./:-]{1,60}:)\d{1,10}(?= blocked for )/g, `$1${process}`],
  [/\b(goroutine )\d{1,12}\b/g, `$1${thread}`],
  [/(?<=^conn|\[conn|"ctx":\s?"conn)\d{1,12}(?=$|[\]"])/g, id],
  [/\b((?:tid|goid|lwp|nid)\s?[=:]\s?)0x[0-9a-f]{1,16}(?![\w.])/gi, `$1${thread}`],
  [/(\bpid=\S{1,40} tid=)[0-9a-z]{1,12}(?![\w.])/g, `$1${thread}`],
  [/(\(TID )\d{1,12}(?=\))/g, `$1${thread}`],
  [/\b(task )\d{1,6}\.\d{1,3}( in stage )\d{1,6}\.\d{1,3}(?![\w.])/g, `$1${process}$2${process}`, ' in stage '],
  [/\bspid\d{1,6}s?\b/g, `spid${process}`],
  [/\bpool-\d{1,6}-thread-\d{1,6}\b/g, `pool-${thread}`],
  [/\bThread-\d{1,9}\b/g, `Thread-${thread}`],
  [/\bThread\[#?\d{1,9}(?=,)/g, `Thread[${thread}`, 'Thread['],
  [/\b(qtp)\d{4,12}-\d{1,6}\b/g, `$1${thread}`, 'qtp'],
  [
    /(nio-\d{1,5}-exec-|(?:Fork|Spawn)PoolWorker-|ThreadPoolExecutor-\d{1,4}_|XNIO-\d{1,3} task-|name='Task-|-worker-(?<=(?:ForkJoinPool|DefaultDispatcher)[\w.-]{0,40})|(?:Read|Mutation|CounterMutation|RequestResponse|Gossip|Migration|AntiEntropy)Stage-|default-dispatcher-|reactor-http-(?:nio|epoll)-|grpc-default-executor-)\d{1,6}\b/g,
    `$1${thread}`,
    /[a-z\d'][-_]\d/,
  ],
  [/([eE]ventLoop(?:Group)?-)\d{1,6}-\d{1,6}\b/g, `$1${thread}`, 'Loop'],
];

/** Nine digits or more are a memory address; eight are an HRESULT or NTSTATUS, and so is a sign-extended one. */
const isPointer = (hex: string): boolean => {
  const digits = hex.replace(/^0+/, '');
  return digits.length > 8 && !/^f{8}[8c]/i.test(digits);
};

const runtime: readonly Rule[] = [
  [/\$\$Lambda(?:\$\d{1,9})?\/(?:0x[0-9a-f]{1,16}|\d{1,12})(?:@[0-9a-f]{1,8})?/g, `$$$$Lambda${generated}`],
  [/(EnhancerBy\w{1,40}|FastClassBy\w{1,40})\$\$[0-9a-f]{1,16}/g, `$1${generated}`],
  [/(Generated(?:Method|Constructor)Accessor|\$Proxy)\d{1,9}/g, `$1${generated}`, /Accessor|Proxy/],
  [/((?:\b[a-z_]\w{0,60}\.){1,12}[A-Z][\w$]{0,100}|\[[A-Z])@[0-9a-f]{5,8}(?![\w.@-])/g, `$1@${pointer}`, '@'],
  [/\[id: 0x[0-9a-f]{8}/g, `[id: ${pointer}`],
  [/\b((?:pc|sp|fp|rip|rsp)\s?=\s?)0x[0-9a-f]{1,16}\b/gi, `$1${pointer}`],
  [
    /(?<!\w|wwn[-:= ]{1,2}|\b(?:magic|number|signature|status|code|error|mask|flags?|version|type|opcode|constant)[-:= ('"]{1,3})0x([0-9a-f]{9,16})(?![0-9a-z])/gi,
    (match: string, hex: string) => (isPointer(hex) ? pointer : match),
  ],
  [/\bip [0-9a-f]{8,16} sp [0-9a-f]{8,16}(?![0-9a-z.])/g, `ip ${pointer} sp ${pointer}`],
  [/\[[0-9a-f]{8,16}(?=\+[0-9a-f]{1,12}\])/g, `[${pointer}`],
];

const address = String.raw`(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-fA-F:.%\w]{2,60}\])`;
/** Linux assigns source ports from this number on. */
const ephemeral = 32_768;
const isEphemeral = (text: string): boolean => Number(text) >= ephemeral && Number(text) <= 65_535;

/** If one end of a connection has an ephemeral port, it is the client's. That port differs on every connection and identifies nothing. */
const sockets: readonly Rule[] = [
  [
    new RegExp(String.raw`(${address}):(\d{1,5})(\s?->\s?)(${address}):(\d{1,5})(?!\d)`, 'g'),
    (match: string, from: string, fromPort: string, arrow: string, to: string, toPort: string) => {
      if (isEphemeral(fromPort) && !isEphemeral(toPort)) return `${port}${arrow}${to}:${toPort}`;
      if (isEphemeral(toPort) && !isEphemeral(fromPort)) return `${from}:${fromPort}${arrow}${to}:${port}`;
      return match;
    },
  ],
  [
    new RegExp(String.raw`\bL:/?(${address}):(\d{1,5})(?= (?:-|!) R:)`, 'g'),
    (match: string, _: string, local: string) => (isEphemeral(local) ? `L:${port}` : match),
  ],
  [
    /\b(local port )(\d{5})\b/g,
    (match: string, before: string, local: string) => (isEphemeral(local) ? before + port : match),
  ],
  [
    /\b(from \S{2,60} port )(\d{5})\b/g,
    (match: string, from: string, source: string) => (isEphemeral(source) ? from + port : match),
  ],
];

export const ids: readonly Rule[] = [...shapes, ...keyed, ...processes, ...runtime, ...sockets];

const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
/** Words that use only the alphabet of generated names. */
const words = '(?!(?:https|pgsql|grpcs|xhtml)(?![a-z0-9]))';
const escaped = (name: string): string => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Masks the generated suffix in names of these workloads' pods, ReplicaSets and Jobs (k8s.io/apimachinery rand.SafeEncodeString). */
export const podRules = (workloads: readonly string[]): readonly Rule[] =>
  [...new Set(workloads)]
    .filter((name) => name.length > 1 && name.length < 254)
    .map((name) => [
      new RegExp(
        String.raw`(?<![\w.-])(${escaped(name)})-${words}(?:(?:(?:2[5-9]|3\d)\d{6}|1[5-9]\d{8})(?:-[${alphabet}]{5})?|[${alphabet}]{6,10}(?:-[${alphabet}]{5})?|[${alphabet}]{5})(?![A-Za-z0-9-]|\.[A-Za-z])`,
        'g',
      ),
      `$1-${mark('pod')}`,
    ]);
