// Analyzes APIs of API Gateway. An integration that reaches its time limit fails with 504, however long the function behind it may run; requests above a stage's
// limit fail with 429, which CloudWatch counts among 4XXError. https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
import type { ResourceOf } from '../../model/aws-resources.ts';
import type { FindingDraft } from '../../model/report-draft.ts';
import { entityOfResource } from '../../topology/aws-resources.ts';
import { formatPercent } from '../../wording.ts';
import { type Analyze, found, type Scene, titleOf } from './finding.ts';
import { failing } from './fronts.ts';
import { highest, middle, ratioOf, riseOf, stepOf, sum, valuesBefore, valuesSince } from './periods.ts';

type Gateway = ResourceOf<'apigateway'>;

const seriesOf = ({ metrics }: Gateway, name: string) => metrics[name] ?? [];

export const analyzeGateway: Analyze<Gateway> = (gateway, scene) => {
  const limited = throttled(gateway, scene);
  return [
    ...failing(gateway, scene, {
      part: '5XXError',
      whole: 'Count',
      words: 'requests fail (5xx)',
      signal: 'error_ratio',
    }),
    ...timedOut(gateway, scene),
    ...(limited.length > 0
      ? limited
      : failing(gateway, scene, {
          part: '4XXError',
          whole: 'Count',
          words: 'requests are refused (4xx)',
          signal: 'refused_ratio',
        })),
  ];
};

const minErrors = 5;

/** The longest calls take the whole time limit of an integration, which they did not before, and requests fail. */
function timedOut(gateway: Gateway, scene: Scene): FindingDraft[] {
  const longest = seriesOf(gateway, 'IntegrationLatency.max');
  const before = highest(valuesBefore(longest, scene.period));
  const limits = [...new Set(gateway.integrations.flatMap(({ timeoutSeconds }) => timeoutSeconds ?? []))];
  const reached = limits.flatMap((seconds) => {
    const rise = riseOf(longest, scene.period, { floor: 985 * seconds, factor: 1 });
    // Beyond its limit, it is another integration that takes so long.
    return rise !== undefined && before < 985 * seconds && rise.peak <= 1050 * seconds ? [{ seconds, rise }] : [];
  });
  const [one] = reached;
  if (one === undefined) return [];
  const { seconds, rise } = one;
  const failed = sum(valuesSince(seriesOf(gateway, '5XXError'), rise.at));
  if (failed < minErrors) return [];
  const called = [
    ...new Set(
      gateway.integrations.filter(({ timeoutSeconds }) => timeoutSeconds === seconds).map(({ target }) => target),
    ),
  ];
  const target = called.length === 1 ? called[0] : undefined;
  const behind = scene.resources.find((other) => `${other.type}:${other.name}` === target);
  const symptom = found(gateway, scene, {
    claim: `${titleOf(gateway)}: ${behind === undefined ? 'an integration' : titleOf(behind)} does not answer within its time limit of ${seconds} s, so that requests fail (504).`,
    role: 'symptom',
    confidence: 0.9,
    onset: rise.at,
    error: 'Endpoint request timed out',
    metrics: ['IntegrationLatency.max', '5XXError', 'Count'],
    ...(behind && { dependency: entityOfResource(behind) }),
  });
  if (behind?.type !== 'lambda') return [symptom];
  const duration = behind.metrics.Duration ?? [];
  const slower = riseOf(duration, scene.period, { floor: 0, factor: 2 });
  if (slower === undefined) return [symptom];
  return [
    symptom,
    found(behind, scene, {
      claim: `${titleOf(behind)}: its invocations take ${(slower.during / 1000).toFixed(1)} s, not ${(slower.before / 1000).toFixed(1)} s, and ${titleOf(gateway)} waits ${seconds} s at most.`,
      cause: 'slow-itself',
      confidence: 0.85,
      onset: slower.at,
      signal: { name: 'latency', unit: 'ms', before: slower.before, during: slower.during },
      metrics: ['Duration', 'Duration.max', 'Errors', 'Invocations'],
    }),
  ];
}

/** The least share of requests that has to be refused. */
const minRefused = 0.02;
/** Near the limit: a minute's average hides its seconds. */
const [near, over] = [0.8, 1.15];

/**
 * Requests are refused while those that are not come to the stage's limit. Only for an API of one stage: its metrics are those of all stages together.
 * Whether a refusal is a 429 no metric says, so the limit has to fit from below and above.
 */
function throttled(gateway: Gateway, scene: Scene): FindingDraft[] {
  const [stage, ...others] = gateway.stages;
  if (stage?.rateLimit === undefined || others.length > 0) return [];
  const { rateLimit, burstLimit, name, deployedAt } = stage;
  const [count, refused] = [seriesOf(gateway, 'Count'), seriesOf(gateway, '4XXError')];
  const rise = riseOf(ratioOf(refused, count), scene.period, { floor: minRefused });
  if (rise === undefined || sum(valuesSince(refused, rise.at)) < minErrors) return [];
  const seconds = stepOf(count);
  const refusals = new Map(refused);
  const accepted = count.map(([at, value]): [number, number] => [at, (value - (refusals.get(at) ?? 0)) / seconds]);
  const [during, before] = [middle(valuesSince(accepted, rise.at)), middle(valuesBefore(accepted, scene.period))];
  const isAtLimit = rateLimit === 0 ? during === 0 : during >= near * rateLimit && during <= over * rateLimit;
  if (!isAtLimit) return [];
  const asked = {
    during: middle(valuesSince(count, rise.at)) / seconds,
    before: middle(valuesBefore(count, scene.period)) / seconds,
  };
  const isLowered = before > over * rateLimit || rateLimit === 0;
  const hasMoreTraffic = !isLowered && asked.during >= 1.3 * asked.before;
  // Neither more requests nor a lower limit: another reason refuses them.
  if (!isLowered && !hasMoreTraffic) return [];
  const share = sum(valuesSince(refused, rise.at)) / Math.max(1, sum(valuesSince(count, rise.at)));
  const changedAt =
    isLowered && deployedAt !== undefined && Date.parse(deployedAt) / 1000 >= scene.period.start
      ? deployedAt
      : undefined;
  const limit = found(gateway, scene, {
    claim: `${titleOf(gateway)}: ${formatPercent(share)} of its requests are refused (4xx) while stage ${name} takes ${during.toFixed(1)} a second and its limit is ${rateLimit}${burstLimit === undefined ? '' : ` (burst ${burstLimit})`}; ${isLowered ? `it took ${before.toFixed(1)} a second before` : `it gets ${asked.during.toFixed(1)} a second, not ${asked.before.toFixed(1)}`}.`,
    cause: 'api-rate-limit',
    role: isLowered ? 'cause' : 'symptom',
    severity: share >= 0.2 ? 'critical' : 'major',
    confidence: isLowered ? 0.92 : 0.8,
    onset: rise.at,
    signal: { name: 'refused_ratio', unit: 'ratio', before: rise.before, during: Math.min(1, share) },
    metrics: ['Count', '4XXError', '5XXError'],
    ...(changedAt && { lines: [`stage ${name} was changed last at ${changedAt}`] }),
  });
  if (!hasMoreTraffic) return [limit];
  return [
    limit,
    found(gateway, scene, {
      claim: `${titleOf(gateway)} gets ${asked.during.toFixed(1)} requests a second, not ${asked.before.toFixed(1)}.`,
      cause: 'traffic-surge',
      confidence: 0.85,
      onset: rise.at,
      signal: { name: 'requests_per_second', unit: 'requests/s', before: asked.before, during: asked.during },
      metrics: ['Count'],
    }),
  ];
}
