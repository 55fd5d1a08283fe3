// Analyzes service quotas of an account. A quota at its value is a cause only where something meets it: requests that are throttled though nothing of the
// resource's own limits them, or tasks that do not start. Without that it is context.
import type { AwsResource, ResourceQuota } from '../../model/aws-resources.ts';
import type { FindingDraft } from '../../model/report-draft.ts';
import { found, type Scene, titleOf } from './finding.ts';
import { refusedByAccount } from './functions.ts';
import { highest, instantOf, middle, riseOf, sum, valuesBefore, valuesSince } from './periods.ts';

/** The share of its value from which a quota of calls or of executions is reached: minutes smooth peaks of a second. */
const near = 0.9;
/** Of a number of resources; the next one needs more than one unit. */
const full = 0.95;
/** The share of the points that have to be there: it lasts. */
const lasting = 0.6;
const minThrottles = 5;

/** What refuses work, as the resource's own metrics and states show it. */
interface Refusal {
  readonly words: string;
  /** Epoch seconds. */
  readonly at: number | undefined;
  /** Traffic or slower work fills the quota: it is met because of something else. */
  readonly isConsequence: boolean;
  readonly metrics: readonly string[];
}

export const analyzeQuotas = (scene: Scene): FindingDraft[] =>
  scene.quotas.flatMap((quota) => analyzeQuota(quota, scene));

function analyzeQuota(quota: ResourceQuota, scene: Scene): FindingDraft[] {
  const reached = reachedAt(quota, scene);
  if (reached === undefined) return [];
  const own = scene.resources.filter((one) => isUnder(quota, one));
  const refusals = own.flatMap((resource) => {
    const refusal = refusalOf(quota, resource, scene);
    return refusal === undefined ? [] : [{ resource, refusal }];
  });
  const where = [quota.account, quota.region].filter(Boolean).join(', ');
  const use = `${amount(reached.during)} of ${amount(quota.value)} are used${reached.since ? `, not ${amount(reached.before)}` : ', as before the incident'}`;
  const title = `the quota "${quota.name}" of the account${where === '' ? '' : ` (${where})`}`;
  const lines = [
    `${quota.service} ${quota.code ?? ''} ${quota.name}: applied value ${amount(quota.value)}${quota.adjustable === undefined ? '' : quota.adjustable ? ', adjustable' : ', not adjustable'}`,
    `use: before ${span(valuesBefore(quota.used, scene.period))}, since ${instantOf(scene.period.baselineEnd).slice(11, 16)} ${span(valuesSince(quota.used, scene.period.baselineEnd))}`,
  ];
  if (refusals.length === 0) {
    const [first] = own;
    return first === undefined
      ? []
      : [
          found(first, scene, {
            claim: `${titleOf(first)}: ${title} is nearly used up (${use}); nothing was seen that it refuses.`,
            role: 'context',
            severity: 'minor',
            confidence: 0.5,
            lines,
          }),
        ];
  }
  return refusals.map(({ resource, refusal }) =>
    found(resource, scene, {
      claim: `${titleOf(resource)}: ${title} is reached (${use}), and ${refusal.words}.`,
      cause: 'service-quota-reached',
      role: refusal.isConsequence ? 'symptom' : 'cause',
      // Long at its value, it explains less why work fails now.
      confidence: reached.since === undefined ? 0.7 : 0.93,
      onset: refusal.at ?? reached.since,
      metrics: refusal.metrics,
      lines,
    }),
  );
}

interface Reached {
  /** Absent: it was at its value through the baseline. */
  readonly since: number | undefined;
  readonly before: number;
  readonly during: number;
}

function reachedAt({ used, value, measures }: ResourceQuota, { period }: Scene): Reached | undefined {
  if (value <= 0) return undefined;
  const limit = value * (measures === 'count' ? full : near);
  const first = used.findIndex(([at, now]) => at >= period.baselineEnd && now >= limit);
  const rest = used.slice(first).map(([, now]) => now);
  if (first < 0 || rest.filter((now) => now >= limit).length < lasting * rest.length) return undefined;
  const before = valuesBefore(used, period);
  const wasFull = before.length > 0 && before.filter((now) => now >= limit).length >= lasting * before.length;
  return { since: wasFull ? undefined : used[first]?.[0], before: middle(before), during: highest(rest) };
}

const types: Readonly<Record<string, readonly AwsResource['type'][]>> = {
  lambda: ['lambda'],
  sqs: ['sqs'],
  dynamodb: ['dynamodb'],
  kinesis: ['kinesis'],
  rds: ['rds'],
  fargate: ['ecs'],
  ecs: ['ecs'],
  elasticloadbalancing: ['alb', 'targetGroup'],
  apigateway: ['apigateway'],
  states: ['stateMachine'],
  s3: ['s3'],
  cloudfront: ['cloudfront'],
};

const agree = (a: string | undefined, b: string | undefined): boolean => a === undefined || b === undefined || a === b;
const isUnder = (quota: ResourceQuota, one: AwsResource): boolean =>
  (types[quota.service] ?? []).includes(one.type) &&
  agree(quota.account, one.account) &&
  agree(quota.region, one.region);

function refusalOf(quota: ResourceQuota, resource: AwsResource, scene: Scene): Refusal | undefined {
  switch (resource.type) {
    case 'lambda':
      return quota.measures === 'concurrency' ? refusedByAccount(resource, scene) : undefined;
    case 'stateMachine':
      return quota.measures === 'rate'
        ? throttles(resource, 'ExecutionThrottled', 'of its transitions', scene)
        : undefined;
    case 'dynamodb':
      // A provisioned table meets its own capacity; the quota for throughput is met by tables on demand.
      return resource.mode === 'on-demand' && quota.measures === 'rate'
        ? (throttles(resource, 'WriteThrottleEvents', 'writes', scene) ??
            throttles(resource, 'ReadThrottleEvents', 'reads', scene))
        : undefined;
    case 'apigateway':
      return quota.measures === 'rate' && resource.stages.every(({ rateLimit }) => rateLimit === undefined)
        ? throttles(resource, '4XXError', 'requests', scene, 'refused (4xx)')
        : undefined;
    case 'ecs': {
      const { desired = 0, running = 0 } = resource;
      return quota.measures === 'count' && running < desired
        ? { words: `only ${running} of ${desired} tasks run`, at: undefined, isConsequence: false, metrics: [] }
        : undefined;
    }
    default:
      return undefined;
  }
}

function throttles(
  resource: AwsResource,
  metric: string,
  what: string,
  { period }: Scene,
  how = 'throttled',
): Refusal | undefined {
  const points = resource.metrics[metric] ?? [];
  const rise = riseOf(points, period, { floor: 1 });
  const refused = rise === undefined ? 0 : sum(valuesSince(points, rise.at));
  if (rise === undefined || refused < minThrottles) return undefined;
  return { words: `${Math.round(refused)} ${what} are ${how}`, at: rise.at, isConsequence: false, metrics: [metric] };
}

const amount = (value: number): string => String(value >= 100 ? Math.round(value) : Math.round(value * 10) / 10);
const span = (values: readonly number[]): string =>
  values.length === 0 ? 'nothing' : `${amount(Math.min(...values))} to ${amount(highest(values))}`;
