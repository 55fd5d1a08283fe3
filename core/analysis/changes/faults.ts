// Relates the kind of a fault, as alerts, metrics and errors word it, to the edits that produce this kind. Each row is general knowledge about
// programs, databases and clusters: how the fault is worded, which edits produce it for certain, and which edits merely concern it.
import type { Change } from '../../model/telemetry.ts';
import { type Diff, type DiffNature, natureOfDiff, parseDiff } from './diff.ts';

export type Fault =
  | 'load'
  | 'cache-misses'
  | 'lock-waits'
  | 'race'
  | 'growth'
  | 'pool-exhausted'
  | 'cpu-starved'
  | 'certificate'
  | 'certificate-expired'
  | 'time-out'
  | 'access-denied'
  | 'missing-value'
  | 'unreadable-data'
  | 'missing-relation'
  | 'unreachable-address'
  | 'not-registered'
  | 'backlog'
  | 'disk-full'
  | 'start-failure'
  | 'wrong-result'
  | 'server-ended'
  | 'outside-answer';

/** An edit that can produce a fault. */
export interface Mechanism {
  readonly fault: Fault;
  /** `certain`: the edit is a known way to produce the fault. `related`: the changed lines concern what fails. */
  readonly strength: 'certain' | 'related';
  /** Completes "it …". */
  readonly text: string;
}

interface Edit {
  readonly before: string;
  readonly after: string;
  /** Removed and added lines, without those that only moved. */
  readonly changed: string;
  readonly files: string;
}

interface Row {
  readonly fault: Fault;
  readonly seen: RegExp;
  readonly certain: readonly (readonly [text: string, found: (edit: Edit) => boolean])[];
  readonly related: RegExp;
}

const count = (pattern: RegExp, text: string): number =>
  text.match(new RegExp(pattern.source, pattern.flags.includes('g') ? pattern.flags : `${pattern.flags}g`))?.length ??
  0;
const loses =
  (pattern: RegExp) =>
  ({ before, after }: Edit): boolean =>
    count(pattern, before) > count(pattern, after);
const gains =
  (pattern: RegExp) =>
  ({ before, after }: Edit): boolean =>
    count(pattern, after) > count(pattern, before);
const either =
  (...found: readonly ((edit: Edit) => boolean)[]) =>
  (edit: Edit): boolean =>
    found.some((one) => one(edit));
/** Numbers on lines that match the pattern differ before and after. */
const retunes =
  (pattern: RegExp) =>
  ({ before, after }: Edit): boolean => {
    const numbers = (text: string) =>
      text
        .split('\n')
        .filter((line) => pattern.test(line))
        .flatMap((line) => line.match(/\d[\d._]*\s*\w*/g) ?? [])
        .join(' ');
    return numbers(before) !== numbers(after);
  };

const closing =
  /\b(?:close|release|dispose|free|unsubscribe|unregister|removeEventListener|removeListener|off|clearInterval|clearTimeout|cancel|shutdown|evict|expire|delete|defer|finally|using|try\s*\(|with\s+\w+[\w.]*\()|\.stop\(/i;
const forMany =
  /select_related|prefetch_related|joinedload|selectinload|preload|eager|join fetch|\.include\(|\.includes\(|@EntityGraph|data_?loader|\w*batch\w*|\w*chunk\w*|\w*bulk\w*|mget|multi_?get|find_?all_?by|\w+InBatch|\bIN\s*\(|= ANY\s*\(|\bJOIN\b|debounce|throttle|single_?flight|memoi[sz]e|coalesc/i;
const pacing = /back_?off|sleep|jitter|delay|max_?(?:attempts|retries)|attempts|circuit|breaker|rate_?limit/i;
const repeats = /\b(?:for|foreach|while|loop)\b|\.(?:map|each|forEach|flatMap)\s*[({]/;
const remoteCall =
  /\b(?:query|execute|exec|find\w*|fetch\w*|get\w*|load\w*|select|save|insert|update|put\w*|post|send|call|request)\w*\s*\(|\.objects\.|\.\w+_set\b/i;

const rows: readonly Row[] = [
  {
    fault: 'load',
    seen: /quer(?:y|ies)[_ ](?:per|rate|count)|\bqps\b|\b\d+ quer(?:y|ies)\b|\bn ?\+ ?1\b|(?:consumed|provisioned)[_ ]?\w*(?:capacity|throughput)|throttl(?!\w* cpu)|too many requests|\b429\b|rate.?limit|(?:reads?|writes?|commands?|statements?|calls?)_per_|\biops\b|request (?:rate|volume)/i,
    certain: [
      ['does for each item what was done for many at once', loses(forMany)],
      ['takes away a pause or a bound of its retries', loses(pacing)],
      [
        'asks inside a loop',
        (edit) =>
          gains(remoteCall)(edit) &&
          (gains(repeats)(edit) || /\bcontinue\b/.test(edit.after)) &&
          remoteCall.test(edit.after),
      ],
      [
        'asks more often or for more',
        retunes(
          /interval|period|poll|cron|schedule|concurren|workers|parallel|replicas|page_?size|limit|max_?attempts|retries/i,
        ),
      ],
    ],
    related:
      /\bquer|select\b|\bfetch|cache|retry|retries|request|limit|capacity|throughput|objects\.|repository|\bdao\b/i,
  },
  {
    fault: 'cache-misses',
    seen: /cache[_ ]?(?:hit|miss)|hit[_ ]?rat|miss[_ ]?rat|cache stampede|\bevict|cold cache/i,
    certain: [
      [
        'alters how values are found in a cache',
        ({ changed, files }) =>
          /cache|memo|redis|memcache|etag|max-age|vary/i.test(`${changed}\n${files}`) &&
          /key|ttl|expire|fetch|get|prefix|version|hash|return|max-age|vary/i.test(changed),
      ],
    ],
    related: /cache|\bttl\b|expire|etag|redis|memcache/i,
  },
  {
    fault: 'lock-waits',
    seen: /\block(?:s|ed|ing)?[_ ](?:wait|time|timeout|held|request)|waiting for .{0,30}lock|deadlock|lock_?waits?|statement timeout|blocked (?:quer|session)|idle in transaction|could not obtain lock|serializ(?:e|ation) (?:access|failure)|metadata lock|accessexclusivelock|rowexclusivelock/i,
    certain: [
      [
        'alters a table while it is in use',
        ({ after }) =>
          /\balter\s+table\b|\block\s+table\b|vacuum\s+full|\breindex\b(?!.*concurrently)|create\s+(?:unique\s+)?index\b(?!.*concurrently)|add_index\b(?!.*concurrently)|\b(?:add|change|remove|rename)_column\b|addColumn|alterTable|alterColumn|AddField|AlterField|RunPython|AddConstraint/i.test(
            after,
          ),
      ],
      [
        'locks rows or holds a transaction for longer',
        gains(/for\s+update|@Transactional|begin\b|atomic\(|\.lock\(|transaction\(|isolation|synchronized/i),
      ],
      [
        'rewrites rows in bulk',
        ({ after }) => /\b(?:update|delete\s+from)\s+\w+[^\n]*$/im.test(after) && !/\bwhere\b/i.test(after),
      ],
    ],
    related: /migrat|transaction|\block|mutex|isolation|commit\(|rollback\(/i,
  },
  {
    fault: 'race',
    seen: /concurrent (?:map|modification|access|update|write)|race (?:condition|detected)|deadlock|ConcurrentModification|data race|lost update|duplicate (?:key|entry|charge|order)|optimistic lock|stale object/i,
    certain: [
      [
        'takes away a lock or an atomic operation',
        loses(
          /\b\w*(?:lock|mutex|synchronized|semaphore|atomic\w*|concurrent\w*|setnx|compare_?and)\w*\b|sync\.Map|\bunique\b|idempoten|on conflict/i,
        ),
      ],
      [
        'shares state between threads',
        gains(/\bgo func|new Thread|parallel|executor|async_?task|spawn|static\b|global\b/i),
      ],
    ],
    related: /lock|mutex|atomic|thread|goroutine|unique|idempoten|transaction/i,
  },
  {
    fault: 'growth',
    seen: /memory[_ ](?:use|usage|util|limit|leak|grow|bytes|working|pressure|above)|\bheap\b|\boom\b|oom.?kill|out of memory|goroutines?|thread (?:count|s)|too many open files|file descriptors?|open_fds|\brss\b|gc (?:pause|time|overhead)|\bleak/i,
    certain: [
      ['takes away closing or releasing', loses(closing)],
      [
        'takes away a bound',
        loses(/max_?(?:size|entries|length|keys|items)|maxsize|limit|\bttl\b|capacity|lru|expire|weak/i),
      ],
      [
        'keeps more than it lets go',
        gains(
          /append\(|\.push\(|\.put\(|\.add\(|\.set\(|addEventListener|\.on\(|subscribe\(|setInterval|go func|new Thread|static\b|global\b|maxsize=None|readall|read_to_end|findAll\(\)|fetchall/i,
        ),
      ],
      ['alters a memory limit', retunes(/memory|heap|xmx|max-old-space/i)],
    ],
    related: /cache|buffer|pool|listener|subscription|stream|goroutine|thread|memory|heap|session|registry/i,
  },
  {
    fault: 'pool-exhausted',
    seen: /\bpool\b|pool_|too many (?:connections|clients)|connection slots|connections? (?:is|are)? ?(?:exhausted|not available)|no (?:free|available|idle) connections?|acquir\w+ (?:a )?connection/i,
    certain: [
      ['takes away the return of a connection', loses(closing)],
      [
        'alters the size or the patience of a pool',
        retunes(/pool|max_?(?:open|idle|conn|active|total)|connection|idle|min_?idle/i),
      ],
      [
        'opens a connection on its own',
        gains(
          /getConnection\(|new \w*(?:Client|Pool|DataSource|Session)\b|sql\.Open|create_?(?:pool|engine|client)|connect\(|open_?session|\.begin\(|acquire\(/i,
        ),
      ],
      ['holds a connection while it waits', gains(/@Transactional|transaction\(|atomic\(/i)],
    ],
    related: /connection|pool|session|datasource|client|transaction|\bdb\b/i,
  },
  {
    fault: 'cpu-starved',
    seen: /cpu[_ ]?throttl|throttl\w*[_ ]?(?:cpu|seconds)|cfs|cpu (?:use|usage|limit|utili)|cpu_(?:util|usage|seconds|cores)|load average|event loop (?:lag|delay|blocked)/i,
    certain: [
      ['alters a CPU limit', retunes(/cpu|gomaxprocs|millicores|processors|\d+m\b/i)],
      [
        'does costly work for each call',
        gains(
          /re\.compile|RegExp\(|Pattern\.compile|bcrypt|scrypt|pbkdf|argon|rounds|iterations|deep_?(?:copy|clone)|JSON\.parse\(JSON|gzip|compress|encrypt|sort\(|Sync\(/i,
        ),
      ],
      [
        'loops inside a loop',
        ({ after, before }) => count(repeats, after) >= 2 && count(repeats, after) > count(repeats, before),
      ],
      ['takes away a cache or an index', loses(/cache|memo|lru|index\b|lazy/i)],
    ],
    related: /cpu|resources|limits|workers|threads|regex|hash|serializ|compress|render/i,
  },
  {
    fault: 'certificate',
    seen: /x509|certificate|\btls\b|\bssl\b|handshake|pkix|trust ?store|unknown authority|self.signed|\bsni\b/i,
    certain: [
      [
        'alters a certificate, a trust store or the path to one',
        ({ changed }) =>
          /cert|\.pem\b|\.crt\b|\.key\b|\bca[-_. ]|trust|keystore|\/etc\/(?:ssl|pki)|secretName|mountPath|insecure|verify|MinVersion|ciphers?|servername|\bsni\b/i.test(
            changed,
          ),
      ],
    ],
    related: /\btls\b|\bssl\b|cert|trust|https|secret|mount/i,
  },
  {
    fault: 'certificate-expired',
    seen: /certificate (?:has |is )?expired|expired certificate|not (?:yet )?valid.{0,40}current time|cert\w*_expir/i,
    certain: [
      [
        'points to another certificate',
        ({ changed }) =>
          /\.pem\b|\.crt\b|\bcert\w*[-_]?(?:path|file|dir|secret|arn)|secretName|keystore|notAfter|renew|acme|issuer|duration/i.test(
            changed,
          ),
      ],
    ],
    related: /\.pem|\.crt|secretName|cert-?manager|renewBefore/i,
  },
  {
    fault: 'time-out',
    seen: /time(?:d)?[ -]?out|deadline exceeded|\b504\b|aborterror|context canceled|took too long/i,
    certain: [
      ['alters a time-out', retunes(/time_?out|deadline|\bttl\b|wait|keep_?alive|\bmillis|seconds|duration/i)],
      ['takes away a tolerance or retry', loses(/retr(?:y|ies)|fallback|grace|tolerance|hedg/i)],
      [
        'does more before it answers',
        gains(/await\s|\.get\(\)|\.join\(\)|sleep|synchronous|blockingGet|\.Result\b|\.Wait\(/i),
      ],
    ],
    related: /time_?out|deadline|retry|upstream|proxy|await|keep_?alive/i,
  },
  {
    fault: 'access-denied',
    seen: /\b40[13]\b|_40[13]_|unauthori[sz]ed|forbidden|access ?denied|permission|not authori[sz]ed|missing .{0,20}(?:scope|role)|invalid (?:token|signature|credentials?)|token (?:is |has |was )?(?:expired|invalid|rejected|not)|csrf|\bcors\b/i,
    certain: [
      [
        'alters who is let in',
        ({ changed }) =>
          /scope|\bclaim|\brole|polic(?:y|ies)|permission|authori[sz]|audience|issuer|\bjwt|\btoken|csrf|\bcors|allow_?list|\bacl\b|grant|\biam\b|leeway|skew|verif|credential|password|api_?key|sign(?:ature|ing)/i.test(
            changed,
          ),
      ],
    ],
    related: /auth|token|session|cookie|secret|security|identity|login/i,
  },
  {
    fault: 'missing-value',
    seen: /null ?pointer|nil pointer|none ?type|\bundefined\b|null given|null ?reference|cannot read propert|attribute ?error|key ?error|type ?error|index out of|out of range|\bpanic\b|unwrap\(\)|no such element|is null|segfault|sigsegv/i,
    certain: [
      [
        'takes away a check',
        loses(
          /\bif\b|\bunless\b|\bguard\b|\bassert|\brequire\w*\(|\?\.|\?\?|\bis None\b|=== null|!= nil|Optional|getOrDefault|\.get\(\w+,|isEmpty|\|\||\bexcept\b|\bcatch\b|\brescue\b/,
        ),
      ],
      ['renames a field that others read', (edit) => renamesField(edit)],
      [
        'takes a value without a check',
        gains(/\.get\(\)|\.unwrap\(\)|!!|as \w+[;)]|\.first\(\)|\[0\]|\w\[\w[\w.]*\]\.\w|\.Value\b|\w+!\./),
      ],
    ],
    related: /null|nil|none|undefined|default|optional|map\[|lookup/i,
  },
  {
    fault: 'unreadable-data',
    seen: /deseriali[sz]|unmarshal|\bpars(?:e|er|ing)\b|decod(?:e|ing)|malformed|invalid (?:json|character|format|message|payload)|unexpected (?:token|field|end|character)|unknown field|missing (?:required )?field|schema|validation (?:failed|error)|\b422\b|protobuf|\bavro\b|content.?type/i,
    certain: [
      ['renames a field that others read', (edit) => renamesField(edit)],
      [
        'alters the form of data',
        ({ changed, files }) =>
          /\b(?:json|xml|yaml|avro|protobuf|db):"|\brequired\b|@JsonProperty|SerializedName|serde\(|alias|encoding|charset|delimiter|DateTimeFormat|strptime|strftime|date_?format|(?:un)?marshal|pars(?:e|er)|decod|encod|content-type|schema/i.test(
            changed,
          ) || /\.(?:proto|avsc|xsd|thrift|graphql)\b/.test(files),
      ],
    ],
    related: /json|schema|serial|decode|encode|parse|format|payload|message|field/i,
  },
  {
    fault: 'missing-relation',
    seen: /(?:relation|table|column|index|collection|view)\b.{0,60}(?:does not exist|doesn't exist|not found)|no such (?:table|column)|unknown (?:column|table)|invalid column|undefined_?(?:table|column)|ORA-00942|missing_table/i,
    certain: [
      [
        'reads or alters tables',
        ({ changed }) =>
          /\bselect\b.+\bfrom\b|\binsert\s+into\b|\bupdate\s+\w+\s+set\b|\b(?:alter|drop|rename|create)\s+(?:table|column|view|index)\b|__tablename__|@Table|@Column|table_name|tableName|\.from\(|\.table\(|_column\b/is.test(
            changed,
          ),
      ],
    ],
    related: /\bsql\b|select|migrat|table|column|schema|model|entity/i,
  },
  {
    fault: 'unreachable-address',
    seen: /could not (?:translate|resolve)|no such host|enotfound|connection refused|econnrefused|unknown ?host|name or service not known|getaddrinfo|no route to host|dial tcp|failed to connect|cannot connect|nxdomain/i,
    certain: [
      [
        'alters an address or a port',
        ({ before, after }) => {
          const address =
            /(?:host|url|uri|endpoint|addr(?:ess)?|port|dsn|broker|server|upstream|target|dns)\w*["']?\s*[:=]|https?:\/\/|[\w-]+\.[\w.-]+:\d{2,5}|\bport\b/i;
          return address.test(before) && address.test(after);
        },
      ],
    ],
    related: /host|\burl\b|endpoint|\bport\b|address|\bdns\b|networkpolicy|egress|service\b/i,
  },
  {
    fault: 'not-registered',
    seen: /\bnot (?:found|registered|configured|available|supported|defined)\b|\b404\b|no (?:handler|route|bean|provider|matching|qualifying)|unknown (?:route|handler|command|type|method)|unimplemented|lookup_failed/i,
    certain: [
      [
        'takes away a registration or initialisation',
        loses(
          /\b\w*(?:regist(?:er|ry)|init(?:ial)?|bootstrap|subscribe|seed|load|provide|bind|mount|route|handle|import|use)\w*\s*\(|@(?:Bean|Component|Service|Get|Post|Controller)\w*|\bimport\b/i,
        ),
      ],
      [
        'alters a path or a name under which it is found',
        ({ before, after }) => /["'`]\/?[\w/{}:.-]+["'`]/.test(before) && /["'`]\/?[\w/{}:.-]+["'`]/.test(after),
      ],
    ],
    related: /regist|route|handler|lookup|bootstrap|init|path|provider/i,
  },
  {
    fault: 'backlog',
    seen: /backlog|consumer lag|\blag\b|oldest[_ ]?message|queue[_ ](?:age|depth|size|length)|unacked|messages[_ ](?:ready|visible)|not consumed|dead.?letter/i,
    certain: [
      [
        'alters how messages are consumed',
        retunes(
          /consumer|concurren|workers|prefetch|batch|visibility|partition|max_?(?:poll|messages|inflight)|replicas|reserved/i,
        ),
      ],
      ['takes away an acknowledgement', loses(/\back\b|acknowledge|commit(?:Sync|Async|_offset)?\(|delete_?message/i)],
    ],
    related: /queue|topic|consumer|producer|kafka|sqs|rabbit|partition|worker|message/i,
  },
  {
    fault: 'disk-full',
    seen: /no space left|enospc|disk (?:is )?(?:full|usage|use)|disk_(?:used|usage|free)|inode|filesystem .{0,20}full/i,
    certain: [
      [
        'writes more or keeps it longer',
        either(
          gains(/debug|trace|dump|writefile|\.write\(|spool|tmp|temp/i),
          retunes(/retention|rotate|max_?(?:size|age|files)|keep/i),
        ),
      ],
      ['takes away a clean-up', loses(/remove|unlink|delete|truncate|rotate|clean|purge|prune|retention/i)],
    ],
    related: /log|retention|rotate|temp|dump|archive|upload/i,
  },
  {
    fault: 'start-failure',
    seen: /crash ?loop|exit(?:ed)? (?:with )?code|failed to start|exec format|command not found|no such file|(?:readiness|liveness|startup) probe|cannot find module|modulenotfound|classnotfound|nosuchmethod|missing (?:env|environment|config)|could not load/i,
    certain: [
      [
        'alters how it is built or started',
        ({ changed, files }) =>
          /dockerfile|entrypoint|(?:^|\/)(?:pom\.xml|package\.json|build\.gradle)/i.test(files) ||
          /^(?:from|cmd|entrypoint|copy|env|arg|run)\b|\b(?:command|args|image|entrypoint|probe|livenessProbe|readinessProbe|initialDelaySeconds|platform|GOARCH|envFrom|configMap|secretKeyRef|volumeMounts?|mountPath)\b/im.test(
            changed,
          ),
      ],
      [
        'takes away or requires a setting',
        either(
          loses(/getenv|process\.env|environ|@Value|config\.get|default/i),
          gains(/getenv|process\.env|environ|@Value|required|must/i),
        ),
      ],
    ],
    related: /docker|image|start|boot|main|config|env|probe|version/i,
  },
  {
    fault: 'wrong-result',
    seen: /mismatch|incorrect|wrong (?:amount|total|value|price)|negative (?:amount|total|balance|quantity|stock)|discrepanc|\bnan\b|off by|(?:amount|total|balance)s? (?:differ|do not)|duplicate charge|conversion/i,
    certain: [
      [
        'alters a calculation',
        ({ before, after }) =>
          /[-+*/%]|round|floor|ceil|currency|decimal|timezone|tz\b/i.test(before) &&
          /[-+*/%]|round|floor|ceil|currency|decimal|timezone|tz\b|return/i.test(after),
      ],
    ],
    related: /amount|price|total|tax|currency|round|quantity|date|time_?zone/i,
  },
  {
    fault: 'server-ended',
    seen: /due to administrator command|database system is (?:shutting down|starting up)|in recovery mode|fail-?over|not (?:primary|master)|quota .{0,30}exceeded|(?:monthly|daily|plan) (?:limit|quota)|under maintenance/i,
    certain: [
      [
        'restarts or replaces a server',
        ({ changed }) =>
          /engine_?version|instance_?(?:class|type)|parameter_?group|apply_immediately|failover|maintenance|multi_az|quota|\bplan\b/i.test(
            changed,
          ),
      ],
    ],
    related: /failover|maintenance|quota/i,
  },
  // A service outside answers with errors. Only another address or other credentials for it produce this here.
  {
    fault: 'outside-answer',
    seen: /https?:\/\/(?![\w.-]*\.(?:svc|local|internal|cluster)\b)[\w-]+(?:\.[\w-]+)+[^\n]{0,80}\b(?:5\d\d|429)\b|\b(?:5\d\d|429)\b[^\n]{0,30}\bfrom\b[^\n]{0,12}\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b/i,
    certain: [
      [
        'alters an address or credentials',
        ({ changed }) =>
          /https?:\/\/|\b(?:base_?)?ur[li]\b|endpoint|api_?(?:key|version)|credential|secret|proxy|egress/i.test(
            changed,
          ),
      ],
    ],
    related: /(?!)/,
  },
];

const renamesField = ({ before, after }: Edit): boolean => {
  const names = (text: string): readonly string[] =>
    text.match(
      /(?:json|xml|yaml|db|protobuf|bson):"[^"]+"|"[A-Za-z_][\w-]*"(?=\s*[:,}\]])|\b\w+ (?=\w+ = \d+;)|@(?:JsonProperty|SerializedName)\("[^"]+"\)|rename = "[^"]+"/g,
    ) ?? [];
  const [old, fresh] = [names(before), names(after)];
  return old.some((name) => !fresh.includes(name)) && fresh.some((name) => !old.includes(name));
};

/**
 * The kinds of faults that a text (an alert, the claim of a finding, an error) words. `names` are names of services, which say nothing about the
 * kind. Empty if the text only says that something fails or is slow.
 */
export function faultsIn(text: string, names: Iterable<string> = []): ReadonlySet<Fault> {
  let plain = text;
  for (const name of names) if (name.length >= 3) plain = plain.replaceAll(name, ' ');
  // Metrics are named with underscores, errors are sentences.
  plain = `${plain}\n${plain.replaceAll('_', ' ')}`;
  const found = new Set(rows.filter(({ seen }) => seen.test(plain)).map(({ fault }) => fault));
  // An expired certificate needs no change of how certificates are used.
  if (found.has('certificate-expired')) found.delete('certificate');
  return found;
}

/** The diff of a change, or the two values of a setting in the form of one; undefined if the change tells neither. */
export function diffOf(change: Pick<Change, 'kind' | 'diff' | 'title' | 'from' | 'to'>): string | undefined {
  const { diff, kind, title, from, to } = change;
  // A switch can turn on anything; a quantity says what it limits.
  const isQuantity = [from, to].every((value) => /^\d[\d.]*\s*[A-Za-z%]*$/.test(String(value ?? '')));
  if (diff !== undefined || kind === 'commit' || kind === 'deploy' || !isQuantity) return diff;
  return `-${title}: ${String(from)}\n+${title}: ${String(to)}`;
}

const harmless: ReadonlySet<string> = new Set<DiffNature['kind']>(['comments', 'rearranged', 'renamed', 'reporting']);

/** How the diff can produce faults; undefined if there is no diff with code to read, or if it only raises dependencies. */
export function mechanismsOf(
  diff: string | undefined,
  files: readonly string[] = [],
): readonly Mechanism[] | undefined {
  if (!diff) return undefined;
  const edit = editOf(parseDiff(diff), files);
  const nature = natureOfDiff(diff, files);
  // Another version of a dependency can produce any fault; a patch version hardly produces a particular one.
  if (nature?.kind === 'dependencies') return nature.largest === 'patch' ? [] : undefined;
  if (edit.changed.trim() === '') return undefined;
  if (nature === undefined || harmless.has(nature.kind)) return [];
  return rows.flatMap(({ fault, certain, related }): Mechanism[] => {
    const text = certain.find(([, found]) => found(edit))?.[0];
    if (text !== undefined) return [{ fault, strength: 'certain', text }];
    return nature.kind !== 'additive' && related.test(`${edit.changed}\n${edit.files}`)
      ? [{ fault, strength: 'related', text: 'changes lines that concern it' }]
      : [];
  });
}

function editOf({ removed, added }: Diff, files: readonly string[]): Edit {
  const before = removed.filter((line) => !added.includes(line)).join('\n');
  const after = added.filter((line) => !removed.includes(line)).join('\n');
  return { before, after, changed: `${before}\n${after}`, files: files.join('\n') };
}

export type FaultMatch =
  | { readonly kind: 'produces'; readonly mechanism: Mechanism }
  | { readonly kind: 'concerns'; readonly mechanism: Mechanism }
  /** The diff was read, and nothing in it concerns what fails. */
  | { readonly kind: 'unrelated' }
  /** There is no diff, or the texts do not say which kind of fault it is. */
  | { readonly kind: 'unknown' };

export function matchOfFaults(faults: ReadonlySet<Fault>, mechanisms: readonly Mechanism[] | undefined): FaultMatch {
  if (mechanisms === undefined || faults.size === 0) return { kind: 'unknown' };
  const fitting = mechanisms.filter(({ fault }) => faults.has(fault));
  const best = fitting.find(({ strength }) => strength === 'certain') ?? fitting[0];
  if (best === undefined) return { kind: 'unrelated' };
  return { kind: best.strength === 'certain' ? 'produces' : 'concerns', mechanism: best };
}
