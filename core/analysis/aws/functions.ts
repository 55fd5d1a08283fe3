// Analyzes functions (AWS Lambda): concurrency, errors and what the log says of them, time limit, memory, state, event sources, updates.
// A function has as many executions at a time as invocations a second times their duration (Little, 1961), so growing traffic, growing duration and a
// lower limit all end in throttling, and are told apart. https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
import type { CauseCode } from '../../causes/causes.ts';
import type { Points, ResourceEvent, ResourceOf } from '../../model/aws-resources.ts';
import type { FindingDraft } from '../../model/report-draft.ts';
import { entityOfResource, refOfArn } from '../../topology/aws-resources.ts';
import { formatPercent } from '../../wording.ts';
import { type Analyze, found, type Scene, titleOf } from './finding.ts';
import { aMinute, highest, middle, ratioOf, riseOf, sum, valuesBefore, valuesSince } from './periods.ts';

type Fn = ResourceOf<'lambda'>;

const seriesOf = ({ metrics }: Fn, name: string): Points => metrics[name] ?? [];

export const analyzeFunction: Analyze<Fn> = (fn, scene) => [
  ...throttled(fn, scene),
  ...failing(fn, scene),
  ...told(fn, scene),
  ...slow(fn, scene),
  ...state(fn, scene),
  ...eventSources(fn, scene),
  ...updated(fn, scene),
];

/** The least share of attempts, and their least number, that have to be throttled. */
const minThrottled = 0.01;
const minThrottles = 5;
/** Near its limit. */
const near = 0.9;

function throttled(fn: Fn, scene: Scene): FindingDraft[] {
  const throttles = seriesOf(fn, 'Throttles');
  const rise = riseOf(throttles, scene.period, { floor: 1 });
  if (rise === undefined) return [];
  const invocations = seriesOf(fn, 'Invocations');
  const refused = sum(valuesSince(throttles, rise.at));
  const attempts = refused + sum(valuesSince(invocations, rise.at));
  const share = refused / attempts;
  if (refused < minThrottles || share < minThrottled) return [];
  const limit = limitOf(fn, rise.at);
  const before = highest(valuesBefore(seriesOf(fn, 'ConcurrentExecutions'), scene.period));
  const grew = growthOf(invocations, scene, rise.at, aMinute);
  const slower = growthOf(seriesOf(fn, 'Duration'), scene, rise.at, (_, values) => middle(values));
  const isLowered = fn.reservedConcurrency !== undefined && before > fn.reservedConcurrency;
  const isSlower = !isLowered && slower !== undefined && slower.factor >= 2;
  const hasMoreTraffic = !isLowered && !isSlower && grew !== undefined && grew.factor >= 1.5 && grew.during >= 10;
  const why = isLowered
    ? `it ran up to ${Math.round(before)} at a time before`
    : isSlower
      ? `its invocations take ${ms(slower.during)}, not ${ms(slower.before)}`
      : hasMoreTraffic
        ? `it is invoked ${Math.round(grew.during)} times a minute, not ${Math.round(grew.before)}`
        : 'neither its invocations nor their duration grew';
  const isConsequence = isSlower || hasMoreTraffic;
  const finding = found(fn, scene, {
    claim: `${titleOf(fn)}: ${formatPercent(share)} of its invocations are throttled (${Math.round(refused)}); ${limit.words}; ${why}.`,
    cause: 'concurrency-exhausted',
    role: isConsequence ? 'symptom' : 'cause',
    severity: share >= 0.1 ? 'critical' : 'major',
    confidence: limit.isKnown ? (isLowered || fn.reservedConcurrency === 0 ? 0.95 : 0.88) : 0.7,
    onset: rise.at,
    signal: { name: 'throttled_ratio', unit: 'ratio', before: 0, during: share },
    metrics: ['Throttles', 'Invocations', 'ConcurrentExecutions', 'Duration'],
    lines: [`ReservedConcurrentExecutions: ${fn.reservedConcurrency ?? 'none'}`],
  });
  const surge = hasMoreTraffic
    ? [
        found(fn, scene, {
          claim: `${titleOf(fn)} is invoked ${Math.round(grew.during)} times a minute, not ${Math.round(grew.before)}.`,
          cause: 'traffic-surge',
          confidence: 0.85,
          onset: grew.at,
          signal: { name: 'requests_per_minute', unit: 'requests/min', before: grew.before, during: grew.during },
          metrics: ['Invocations'],
        }),
      ]
    : [];
  return [finding, ...surge];
}

/** Throttled invocations of a function for which nothing is reserved: they meet the limit of the account. */
export function refusedByAccount(fn: Fn, scene: Scene) {
  const [finding] = fn.reservedConcurrency === undefined ? throttled(fn, scene) : [];
  const throttles = seriesOf(fn, 'Throttles');
  const at = riseOf(throttles, scene.period, { floor: 1 })?.at;
  if (finding === undefined || at === undefined) return undefined;
  const own = highest(valuesSince(seriesOf(fn, 'ConcurrentExecutions'), at));
  return {
    words: `${Math.round(sum(valuesSince(throttles, at)))} of its invocations are throttled though nothing limits it alone (${Math.round(own)} of them run at a time)`,
    at,
    isConsequence: finding.role === 'symptom',
    metrics: ['Throttles', 'ConcurrentExecutions'],
  };
}

/** The limit that its executions reached. */
function limitOf(fn: Fn, since: number): { readonly words: string; readonly isKnown: boolean } {
  const { reservedConcurrency: reserved, accountConcurrency: account } = fn;
  if (reserved === 0) return { words: 'its reserved concurrency is 0, so that it never runs', isKnown: true };
  const own = highest(valuesSince(seriesOf(fn, 'ConcurrentExecutions'), since));
  if (reserved !== undefined)
    return {
      words: `${Math.round(own)} run at a time, and ${reserved} are reserved for it`,
      isKnown: own >= near * reserved,
    };
  const all = highest(valuesSince(seriesOf(fn, 'ConcurrentExecutions.account'), since));
  if (account !== undefined && all >= near * account.unreserved)
    return { words: `its account runs ${Math.round(all)} at a time, and its limit is ${account.limit}`, isKnown: true };
  return { words: `${Math.round(own)} run at a time`, isKnown: false };
}

/** How a metric changed from its usual value; undefined without a baseline. */
function growthOf(
  points: Points,
  { period }: Scene,
  since: number,
  usual: (points: Points, values: readonly number[]) => number,
): { readonly before: number; readonly during: number; readonly factor: number; readonly at: number } | undefined {
  const earlier = valuesBefore(points, period);
  const later = valuesSince(points, since);
  if (earlier.length === 0 || later.length === 0) return undefined;
  const [before, during] = [usual(points, earlier), usual(points, later)];
  if (before <= 0) return undefined;
  const rise = riseOf(points, period, { floor: 0, factor: 1.2 });
  return { before, during, factor: during / before, at: rise?.at ?? since };
}

const minErrors = 3;
const minRatio = 0.02;

function failing(fn: Fn, scene: Scene): FindingDraft[] {
  const [errors, invocations] = [seriesOf(fn, 'Errors'), seriesOf(fn, 'Invocations')];
  const rise = riseOf(ratioOf(errors, invocations), scene.period, { floor: minRatio });
  if (rise === undefined) return [];
  const failed = sum(valuesSince(errors, rise.at));
  const share = failed / Math.max(1, sum(valuesSince(invocations, rise.at)));
  if (failed < minErrors) return [];
  return [
    found(fn, scene, {
      claim: `${titleOf(fn)}: ${formatPercent(share)} of its invocations fail, not ${formatPercent(rise.before)}.`,
      role: 'symptom',
      severity: share >= 0.2 ? 'critical' : 'major',
      confidence: 0.85,
      onset: rise.at,
      signal: { name: 'error_ratio', unit: 'ratio', before: rise.before, during: share },
      metrics: ['Errors', 'Invocations'],
    }),
  ];
}

interface Wording {
  readonly pattern: RegExp;
  readonly cause: CauseCode;
  readonly role: 'cause' | 'symptom';
  readonly confidence: number;
  readonly words: (line: string) => string;
}

const denied = /not authorized to perform:? ([a-z0-9-]+:\w+)(?: on resource:? "?(arn:[^\s"]+))?/i;

/** What lines of the log tell, the more specific first. Lambda writes the first two itself, the runtimes and the SDK the others. */
const wordings: readonly Wording[] = [
  {
    pattern:
      /Runtime\.OutOfMemory|signal: killed|OutOfMemoryError|heap out of memory|\bMemoryError\b|Cannot allocate memory/,
    cause: 'oom-killed',
    role: 'cause',
    confidence: 0.9,
    words: () => 'run out of memory',
  },
  {
    pattern: /Task timed out after [\d.]+ seconds|"status"\s?:\s?"timeout"/,
    cause: 'function-timeout',
    role: 'symptom',
    confidence: 0.9,
    words: () => 'run into its time limit',
  },
  {
    pattern: /not authorized to perform|AccessDenied/,
    cause: 'access-denied',
    role: 'cause',
    confidence: 0.92,
    words: (line) => `are refused ${denied.exec(line)?.[1] ?? 'access'}`,
  },
  {
    pattern: /ProvisionedThroughputExceeded|ThrottlingException|\bThrottling:|Rate exceeded|TooManyRequestsException/,
    cause: 'api-rate-limit',
    role: 'symptom',
    confidence: 0.8,
    words: () => 'are throttled by what they call',
  },
];

/** Lines of one meaning that the baseline had as well are no news. */
function told(fn: Fn, scene: Scene): FindingDraft[] {
  const { period } = scene;
  const left = new Set(fn.failures);
  return wordings.flatMap((wording): FindingDraft[] => {
    const lines = [...left].filter(({ message }) => wording.pattern.test(message));
    for (const line of lines) left.delete(line);
    const isOld = ({ at }: ResourceEvent) => Date.parse(at) / 1000 < period.baselineEnd;
    const fresh = lines.filter((line) => !isOld(line));
    const [first] = fresh;
    if (first === undefined || lines.some(isOld)) return [];
    const limit =
      wording.cause === 'function-timeout' && fn.timeoutSeconds !== undefined
        ? ` of ${fn.timeoutSeconds} s`
        : wording.cause === 'oom-killed' && fn.memoryMb !== undefined
          ? ` (${fn.memoryMb} MB)`
          : '';
    const resource = wording.cause === 'access-denied' ? refOfArn(denied.exec(first.message)?.[2] ?? '') : undefined;
    return [
      found(fn, scene, {
        claim: `${titleOf(fn)}: invocations ${wording.words(first.message)}${limit}: ${first.message.replace(/\s+/g, ' ').slice(0, 200)}`,
        cause: wording.cause,
        role: wording.role,
        confidence: wording.confidence,
        onset: first.at,
        error: first.message,
        ...(resource && { dependency: entityOfResource(resource) }),
        lines: fresh.slice(0, 5).map(({ at, message }) => `${at} ${message}`),
        metrics: ['Errors', 'Duration.max'],
      }),
    ];
  });
}

/** Without lines of its log, the longest duration tells of the time limit. */
function slow(fn: Fn, scene: Scene): FindingDraft[] {
  const { timeoutSeconds } = fn;
  if (timeoutSeconds === undefined || fn.failures.some(({ message }) => /timed out|"timeout"/.test(message))) return [];
  const limitMs = timeoutSeconds * 1000;
  const longest = seriesOf(fn, 'Duration.max');
  const rise = riseOf(longest, scene.period, { floor: 0.99 * limitMs, factor: 1 });
  const before = highest(valuesBefore(longest, scene.period));
  const failed = sum(valuesSince(seriesOf(fn, 'Errors'), rise?.at ?? Number.POSITIVE_INFINITY));
  if (rise === undefined || before >= 0.99 * limitMs || failed < minErrors) return [];
  return [
    found(fn, scene, {
      claim: `${titleOf(fn)}: its longest invocations take its whole time limit of ${timeoutSeconds} s, not ${ms(before)}, and invocations fail.`,
      cause: 'function-timeout',
      role: 'symptom',
      confidence: 0.75,
      onset: rise.at,
      metrics: ['Duration.max', 'Errors'],
    }),
  ];
}

/** Reasons of a state or of an update, by Lambda's codes: https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html */
const reasonCodes: Readonly<Record<string, CauseCode>> = {
  InsufficientRolePermissions: 'access-denied',
  KMSKeyAccessDenied: 'access-denied',
  DisabledKMSKey: 'access-denied',
  InvalidStateKMSKey: 'access-denied',
  KMSKeyNotFound: 'access-denied',
  ImageAccessDenied: 'access-denied',
  ImageDeleted: 'image-not-found',
  InvalidImage: 'image-not-found',
  EniLimitExceeded: 'service-quota-reached',
  SubnetOutOfIPAddresses: 'pod-address-exhausted',
  InvalidConfiguration: 'configuration-invalid',
  InvalidRuntime: 'configuration-invalid',
  InvalidZipFileException: 'configuration-invalid',
};

function state(fn: Fn, scene: Scene): FindingDraft[] {
  const told = (what: string, code: string | undefined, reason: string | undefined, severity: 'critical' | 'major') =>
    found(fn, scene, {
      claim: `${titleOf(fn)} ${what}${code === undefined ? '' : ` (${code})`}${reason ? `: ${reason}` : '.'}`,
      ...(code !== undefined && reasonCodes[code] !== undefined ? { cause: reasonCodes[code] } : {}),
      role: code !== undefined && reasonCodes[code] !== undefined ? 'cause' : 'symptom',
      severity,
      confidence: 0.9,
      onset: fn.lastModified,
      error: reason ?? code ?? what,
    });
  if (fn.state === 'Failed') return [told('cannot run', fn.stateReasonCode, fn.stateReason, 'critical')];
  return fn.lastUpdateStatus === 'Failed'
    ? [told('was not updated', fn.lastUpdateReasonCode, fn.lastUpdateReason, 'major')]
    : [];
}

function eventSources(fn: Fn, scene: Scene): FindingDraft[] {
  return fn.eventSources.flatMap((source): FindingDraft[] => {
    const from = `${titleOf(fn)}: its event source ${source.name}`;
    const onset = source.changedAt;
    if (/^Disabl(?:ed|ing)$/.test(source.state))
      return [
        found(fn, scene, {
          claim: `${from} is ${source.state.toLowerCase()}${source.reason ? ` (${source.reason})` : ''}, so that nothing reads it.`,
          cause: 'consumer-disabled',
          confidence: waits(source.name, scene) ? 0.95 : 0.6,
          severity: waits(source.name, scene) ? 'critical' : 'minor',
          onset,
        }),
      ];
    const problem = /^PROBLEM:\s*(.+)/.exec(source.lastResult ?? '')?.[1];
    if (problem === undefined) return [];
    return [
      found(fn, scene, {
        claim: `${from} reports a problem: ${problem}`,
        ...(/access|permission|authoriz|not allowed/i.test(problem) ? { cause: 'access-denied' } : {}),
        role: /access|permission|authoriz|not allowed/i.test(problem) ? 'cause' : 'symptom',
        confidence: 0.85,
        onset,
        error: problem,
      }),
    ];
  });
}

/** Whether messages or records wait there. */
const waits = (name: string, { resources }: Scene): boolean =>
  resources.some(
    (one) =>
      one.name === name &&
      ((one.type === 'sqs' && (one.visible ?? 0) > 0) ||
        (one.type === 'kinesis' &&
          highest((one.metrics['GetRecords.IteratorAgeMilliseconds'] ?? []).map(([, v]) => v)) > 0)),
  );

/** An update within the window; nobody tells whether of the code or of the configuration. */
function updated(fn: Fn, scene: Scene): FindingDraft[] {
  const at = fn.lastModified === undefined ? undefined : Date.parse(fn.lastModified) / 1000;
  if (at === undefined || at < scene.period.start || at > scene.period.end) return [];
  return [
    found(fn, scene, {
      claim: `${titleOf(fn)} was updated at ${fn.lastModified?.slice(11, 16)} UTC.`,
      cause: 'code-change',
      role: 'change',
      severity: 'major',
      confidence: 0.6,
      onset: at,
    }),
  ];
}

/** Whether invocations were measured in the incident, and none was throttled. */
export const isUnthrottled = (fn: Fn, { period }: Scene): boolean =>
  middle(valuesSince(seriesOf(fn, 'Invocations'), period.baselineEnd)) > 0 &&
  sum(valuesSince(seriesOf(fn, 'Throttles'), period.baselineEnd)) === 0;

const ms = (value: number): string => (value >= 1000 ? `${(value / 1000).toFixed(1)} s` : `${Math.round(value)} ms`);
