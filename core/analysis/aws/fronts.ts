// Analyzes what stands in front of services: load balancers, target groups, APIs, buckets, distributions, and state machines. Most of it is a symptom of
// what is behind. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
import type { AwsResource, Points, ResourceOf } from '../../model/aws-resources.ts';
import type { FindingDraft } from '../../model/report-draft.ts';
import { entityOfResource } from '../../topology/aws-resources.ts';
import { formatPercent } from '../../wording.ts';
import { type Analyze, found, type Scene, titleOf } from './finding.ts';
import { highest, ratioOf, riseOf, sum, valuesBefore, valuesSince } from './periods.ts';

type Group = ResourceOf<'targetGroup'>;

const minErrors = 5;
const minRatio = 0.02;

interface Ratio {
  readonly part: string;
  readonly whole: string;
  readonly words: string;
  readonly signal: string;
}

/** The share of failing requests, if it rose. */
export function failing(resource: AwsResource, scene: Scene, { part, whole, words, signal }: Ratio): FindingDraft[] {
  const [parts, all]: [Points, Points] = [resource.metrics[part] ?? [], resource.metrics[whole] ?? []];
  const rise = riseOf(ratioOf(parts, all), scene.period, { floor: minRatio });
  if (rise === undefined) return [];
  const failed = sum(valuesSince(parts, rise.at));
  if (failed < minErrors) return [];
  const share = failed / Math.max(1, sum(valuesSince(all, rise.at)));
  return [
    found(resource, scene, {
      claim: `${titleOf(resource)}: ${formatPercent(Math.min(1, share))} of its ${words}, not ${formatPercent(rise.before)}.`,
      role: 'symptom',
      severity: share >= 0.2 ? 'critical' : 'major',
      confidence: 0.85,
      onset: rise.at,
      signal: { name: signal, unit: 'ratio', before: rise.before, during: Math.min(1, share) },
      metrics: [part, whole],
    }),
  ];
}

export const analyzeBalancer: Analyze<ResourceOf<'alb'>> = (balancer, scene) => [
  ...failing(balancer, scene, {
    part: 'HTTPCode_ELB_5XX_Count',
    whole: 'RequestCount',
    words: 'requests get an error of its own (5xx)',
    signal: 'error_ratio',
  }),
  ...(balancer.state === 'failed' || balancer.state === 'active_impaired'
    ? [
        found(balancer, scene, {
          claim: `${titleOf(balancer)} is ${balancer.state.replace('_', ' ')}${balancer.stateReason ? `: ${balancer.stateReason}` : '.'}`,
          role: 'symptom',
          confidence: 0.9,
          error: balancer.stateReason ?? balancer.state,
        }),
      ]
    : []),
];

/** Reasons that do not mean that the target itself is unwell. */
const inPassing =
  /^(?:Elb\.RegistrationInProgress|Elb\.InitialHealthChecking|Target\.DeregistrationInProgress|Target\.NotInUse|Target\.NotRegistered)$/;

/** What a reason says of the targets. */
const reasonWords: Readonly<Record<string, string>> = {
  'Target.ResponseCodeMismatch': 'answer the health check with another code',
  'Target.Timeout': 'do not answer the health check in time',
  'Target.FailedHealthChecks': 'do not answer the health check',
  'Target.InvalidState': 'are stopped or terminated',
  'Target.IpUnusable': 'have an address that cannot be used',
  'Elb.InternalError': 'are not reached because of an error of the load balancer',
};

export const analyzeTargets: Analyze<Group> = (group, scene) => [
  ...unhealthy(group, scene),
  ...failing(group, scene, {
    part: 'HTTPCode_Target_5XX_Count',
    whole: 'RequestCount',
    words: 'requests get an error of a target (5xx)',
    signal: 'error_ratio',
  }),
];

function unhealthy(group: Group, scene: Scene): FindingDraft[] {
  const bad = group.targets.filter(({ state, reason = '' }) => state === 'unhealthy' && !inPassing.test(reason));
  const [first] = bad;
  if (first === undefined) return [];
  const counts = group.metrics.UnHealthyHostCount ?? [];
  const rise = riseOf(counts, scene.period, { floor: 1, factor: 1.01 });
  // Unhealthy for as long as the window shows is nothing that the incident brought.
  if (rise === undefined && highest(valuesBefore(counts, scene.period)) >= bad.length) return [];
  const well = group.targets.filter(({ state }) => state === 'healthy').length;
  const of = group.healthCheck?.path === undefined ? '' : ` of ${group.healthCheck.path}`;
  const words = reasonWords[first.reason ?? ''] ?? 'are unhealthy';
  const behind = scene.resources.find((one) => one.type === 'ecs' && one.targetGroups.includes(group.name));
  return [
    found(group, scene, {
      claim: `${titleOf(group)}: ${bad.length} of ${group.targets.length} targets ${words}${of}${first.description ? ` (${first.description})` : ''}.`,
      cause: 'targets-unhealthy',
      role: behind === undefined ? 'cause' : 'symptom',
      severity: well === 0 ? 'critical' : 'major',
      confidence: 0.9,
      onset: rise?.at,
      error: `${first.reason ?? 'unhealthy'} ${first.description ?? ''}`,
      metrics: ['HealthyHostCount', 'UnHealthyHostCount'],
      lines: bad
        .slice(0, 5)
        .map(({ id, state, reason, description }) => [id, state, reason, description].filter(Boolean).join(' ')),
      ...(behind && { dependency: entityOfResource(behind) }),
    }),
  ];
}

export const areAllTargetsHealthy = ({ targets }: Group): boolean =>
  targets.length > 0 && targets.every(({ state }) => state === 'healthy');

export const analyzeBucket: Analyze<ResourceOf<'s3'>> = (bucket, scene) => [
  ...failing(bucket, scene, {
    part: '5xxErrors',
    whole: 'AllRequests',
    words: 'requests fail (5xx)',
    signal: 'error_ratio',
  }),
  ...failing(bucket, scene, {
    part: '4xxErrors',
    whole: 'AllRequests',
    words: 'requests are refused (4xx: missing objects, or missing rights)',
    signal: 'refused_ratio',
  }),
];

export const analyzeDistribution: Analyze<ResourceOf<'cloudfront'>> = (distribution, scene) => {
  const rise = riseOf(distribution.metrics['5xxErrorRate'] ?? [], scene.period, { floor: 100 * minRatio });
  if (distribution.enabled === false)
    return [
      found(distribution, scene, {
        claim: `${titleOf(distribution)} is disabled since ${distribution.lastModified ?? 'an unknown time'}: it answers nobody.`,
        cause: 'infrastructure-change',
        confidence: 0.85,
        onset: distribution.lastModified,
      }),
    ];
  if (rise === undefined) return [];
  return [
    found(distribution, scene, {
      claim: `${titleOf(distribution)}: ${Math.round(rise.during)} % of its requests fail (5xx), not ${Math.round(rise.before)} %.`,
      role: 'symptom',
      severity: rise.during >= 20 ? 'critical' : 'major',
      confidence: 0.85,
      onset: rise.at,
      signal: { name: 'error_ratio', unit: 'ratio', before: rise.before / 100, during: rise.during / 100 },
      metrics: ['5xxErrorRate', 'Requests'],
    }),
  ];
};

/** The specialist for executions reads which of them failed; here stands that they do. */
export const analyzeStateMachine: Analyze<ResourceOf<'stateMachine'>> = (machine, scene) =>
  failing(machine, scene, {
    part: 'ExecutionsFailed',
    whole: 'ExecutionsStarted',
    words: 'executions fail',
    signal: 'error_ratio',
  });
