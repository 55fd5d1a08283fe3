// Maps the words of an error message to a cause. Each row is a habit of a client library, driver or kernel; to add one, add a row and its example
// in the test. A pattern may name the callee in the group `to`. Only words count here, not frequency or onset.
import type { CauseCode } from '../../causes/causes.ts';

export interface Signature {
  readonly cause: CauseCode;
  /** How reliably the words alone name the cause. */
  readonly confidence: number;
  /** The system that the line complains about, if it names one. */
  readonly dependency?: { readonly name: string; readonly namespace?: string | undefined } | undefined;
}

/** A name that could be a host; an optional URL scheme in front is not part of it. */
const host = String.raw`(?:[a-z][a-z0-9+.-]{1,10}:\/\/)?(?<to>[a-z](?:[a-z0-9.-]{0,250}[a-z0-9])?)`;
/** Not in the middle of a word or a time, and not a source file with a line number. */
const notFile = String.raw`(?<![\w.-])(?![\w.-]{1,80}\.(?:go|java|kt|scala|py|rb|php|[jt]sx?|cs|rs|cc?|cpp|h):)`;
/** Units and nouns after a number that is a count, not a status. */
const counted = '(?:[mµun]?s|seconds|rows?|items?|records?|results?|entries|lines?|events?|bytes|[KMG]i?B|%)';
const fails = String.raw`(?:refused|reset|unavailable|unreachable|timed? ?out|no route to host|deadline exceeded|EOF|status:? 50[0-4]|50[234]\b)`;
const pattern = (source: string) => new RegExp(source, 'i');

const expired =
  '(?:certificate (?:has |is )?expired|certificate is not (?:yet )?valid|certificate has expired or is not yet valid|CERT_HAS_EXPIRED|CERTIFICATE_VERIFY_FAILED.{0,40}expired|SSL certificate.{0,40}expired)';

const rows: readonly (readonly [pattern: RegExp, cause: CauseCode, confidence: number])[] = [
  [
    pattern(
      String.raw`https?:\/\/(?<to>[a-z](?:[a-z0-9.-]{0,250}[a-z0-9])?)(?::\d{1,5})?(?:[/"'\s:].{0,300})?${expired}`,
    ),
    'certificate-expired',
    0.85,
  ],
  [pattern(expired), 'certificate-expired', 0.85],
  [
    pattern(
      String.raw`(?:ENOTFOUND|EAI_AGAIN|could not resolve host:?|(?:DNS|name) resolution failed for|produced zero addresses for|unknown host:?|UnknownHostException:?) ${host}(?=[\s:.,"')/]|$)`,
    ),
    'dns-failure',
    0.7,
  ],
  // Go's resolver error. The pattern needs the suffixes, because "lookup failed" can refer to something other than DNS.
  [
    pattern(
      String.raw`lookup ${host}(?: on \S{1,60})?: (?:no such host|server misbehaving|temporary failure|i\/o timeout|(?:read|write|dial) (?:udp|tcp))`,
    ),
    'dns-failure',
    0.7,
  ],
  [
    pattern(
      'no such host|NXDOMAIN|SERVFAIL|temporary failure in name resolution|name or service not known|name resolver error|getaddrinfo',
    ),
    'dns-failure',
    0.65,
  ],
  [
    pattern(
      'too many (?:clients|connections)|remaining connection slots|max_connections|max_user_connections|connection pool (?:is )?(?:exhausted|full|timed out)|pool exhausted|(?:get|acquire|obtain) (?:a )?(?:JDBC )?connection from (?:the )?pool|connection from the pool|QueuePool limit|Timeout acquiring a connection|Connection is not available, request timed out',
    ),
    'database-connections-exhausted',
    0.8,
  ],
  [
    pattern(
      String.raw`access denied for user|password authentication failed|authentication failed for user|login failed for user|WRONGPASS|NOAUTH|invalid username-password|Authentication failed\. ?\(?(?:mongo|code 18)|SCRAM.{0,30}fail|ORA-01017`,
    ),
    'database-credentials',
    0.85,
  ],
  [
    pattern('permission denied for (?:table|relation|schema|database|sequence)|command denied to user'),
    'database-credentials',
    0.6,
  ],
  [
    pattern(
      "--(?:super-)?read-only|read-only (?:transaction|mode|replica|database)|READONLY You can't write|NotWritablePrimary|not master and slaveOk|attempt to write a readonly database",
    ),
    'database-read-only',
    0.8,
  ],
  [
    pattern('no space left on device|ENOSPC|disk (?:is |quota )?(?:full|exceeded)|could not extend file'),
    'disk-full',
    0.85,
  ],
  [
    pattern(String.raw`(?<!mail )address already in use(?! by)|EADDRINUSE|port \d{1,5} (?:was|is) already in use`),
    'port-conflict',
    0.85,
  ],
  [
    pattern(
      String.raw`(?:open|mkdir|create|write|unlink|chown|rename|access|cannot open|can't open|failed opening)\b.{0,100}(?:\/|\w\.\w).{0,200}permission denied|EACCES|PermissionError|AccessDeniedException: \/|permission denied.{0,5}['":(]? ?\/|read-only file system`,
    ),
    'volume-permission-denied',
    0.75,
  ],
  [
    pattern(
      String.raw`OutOfMemory(?:Error|Exception)?|heap out of memory|cannot allocate memory|\bMemoryError\b|bad_alloc|oom-?kill`,
    ),
    'oom-killed',
    0.6,
  ],
  [pattern('exec format error|executable file not found|exec: ".{1,80}": (?:stat|no such)'), 'command-invalid', 0.75],
  [
    pattern(
      String.raw`(?:required |missing )(?:required )?env(?:ironment)?(?: variable|\.| var)?|environment variable .{1,80}(?:is )?(?:not set|missing|required)|secret .{1,80}not found|could not resolve placeholder`,
    ),
    'secret-missing',
    0.5,
  ],
  [
    pattern(
      String.raw`(?:relation|table|column) ["'\`]?[\w.]{1,120}["'\`]?(?: of relation "?\w{1,120}"?)? (?:does not|doesn't) exist|no such (?:table|column)|unknown column|undefined column|invalid column name|ORA-00942`,
    ),
    'code-change',
    0.5,
  ],
  [
    pattern(
      String.raw`JSON\.?(?:parse|decode)?(?:Error|Exception)|JsonParseException|unexpected (?:token|end of (?:JSON|input|file|data))|invalid (?:UTF-8|byte sequence|JSON|XML|CSV|record|payload)|malformed (?:record|row|message|payload|input|JSON|XML|CSV|line)|violates (?:check|not-null|foreign key) constraint|NumberFormatException|(?:schema|payload|record|row) validation (?:failed|error)|cannot deserialize|Unrecognized field`,
    ),
    'data-invalid',
    0.6,
  ],
  [pattern(String.raw`${notFile}${host}:\d{2,5}\b.{0,80}${fails}`), 'dependency-unavailable', 0.6],
  [pattern(String.raw`UnableToConnect on ${host}:\d{2,5}`), 'dependency-unavailable', 0.65],
  [
    pattern(
      String.raw`(?:upstream|calling|call to|connect to|connection to|connecting to|connected to|request to|response from|error from|ECONNREFUSED|ETIMEDOUT)\s{1,3}(?:service |server |host )?["'\`]?${host}\b(?=.{0,100}${fails})`,
    ),
    'dependency-unavailable',
    0.55,
  ],
  [
    pattern(
      String.raw`(?<![\w.-])${host} (?:(?:returned|answered|responded)(?: with)?|is) (?:an? )?(?:HTTP )?(?:status )?(?:50[0-4](?! ?${counted}\b)|unavailable)`,
    ),
    'dependency-unavailable',
    0.55,
  ],
  [
    pattern(
      String.raw`no healthy upstream|upstream connect error|connection refused|ECONNREFUSED|connection reset by peer|ECONNRESET|ETIMEDOUT|i\/o timeout|context deadline exceeded|DEADLINE_EXCEEDED|No connection could be made|connection (?:attempt )?timed out|Connection error|broken pipe`,
    ),
    'dependency-unavailable',
    0.45,
  ],
];

const signatureLength = 800;

export function signatureOf(text: string): Signature | undefined {
  const head = text.slice(0, signatureLength);
  for (const [row, cause, confidence] of rows) {
    const match = row.exec(head);
    if (!match) continue;
    const dependency = calleeOf(match.groups?.to);
    return { cause, confidence, ...(dependency && { dependency }) };
  }
  return undefined;
}

/** Words that can stand in a host's position but are not hosts. */
const noHosts: ReadonlySet<string> = new Set(
  'a an any the tcp tcp4 tcp6 udp unix http https grpc upstream server service host localhost database db backend client peer it request response error desc code on status connection remote address port for from to is was has failed lost closed refused reset'.split(
    ' ',
  ),
);
const publicEnds: ReadonlySet<string> = new Set(
  'com net org io dev app co cloud ai gov edu info biz eu uk de us'.split(' '),
);

/** `ledger-api.billing.svc.cluster.local` becomes Service ledger-api in namespace billing; a public DNS name stays whole. */
function calleeOf(name: string | undefined): Signature['dependency'] {
  if (name === undefined || noHosts.has(name.toLowerCase()) || name.length < 2) return undefined;
  const [service = name, namespace, ...more] = name.toLowerCase().split('.');
  if (namespace === undefined) return { name: service };
  const last = more.at(-1) ?? namespace;
  if (publicEnds.has(last) || (more.length > 0 && more[0] !== 'svc')) return { name: name.toLowerCase() };
  return { name: service, namespace };
}
