// Turns what an analyzer found about a resource into a finding: with its time, its error's identity, and the numbers as evidence.
import type { CauseCode } from '../../causes/causes.ts';
import { exactly, identityOf } from '../../fingerprint/identity.ts';
import { maskVariables } from '../../mask-variables.ts';
import type { AwsResource, ResourceQuota } from '../../model/aws-resources.ts';
import type { EntityRef } from '../../model/entity.ts';
import type { Finding, Severity } from '../../model/report.ts';
import type { FindingDraft } from '../../model/report-draft.ts';
import { entityOfResource, nameOfResource } from '../../topology/aws-resources.ts';
import { instantOf, type Period, valuesBefore, valuesSince } from './periods.ts';

export interface Observed {
  readonly claim: string;
  readonly cause?: CauseCode | undefined;
  readonly role?: Finding['role'];
  readonly severity?: Severity;
  readonly confidence: number;
  /** Epoch seconds, or an instant. */
  readonly onset?: number | string | undefined;
  /** The words of AWS or of the program. */
  readonly error?: string | undefined;
  readonly signal?: Finding['signal'];
  readonly well?: true;
  readonly dependency?: EntityRef | undefined;
  /** The keys of the metrics that show it. */
  readonly metrics?: readonly string[];
  /** Further lines that show it. */
  readonly lines?: readonly string[];
}

/** What every analyzer knows besides its resource. */
export interface Scene {
  readonly period: Period;
  /** All resources that were read. */
  readonly resources: readonly AwsResource[];
  /** Quotas of their accounts whose use is known. */
  readonly quotas: readonly ResourceQuota[];
  readonly query: string;
}

export type Analyze<R extends AwsResource> = (resource: R, scene: Scene) => readonly FindingDraft[];

const noun: Readonly<Record<AwsResource['type'], string>> = {
  lambda: 'Function',
  sqs: 'Queue',
  dynamodb: 'Table',
  rds: 'Database',
  ecs: 'ECS service',
  alb: 'Load balancer',
  targetGroup: 'Target group',
  apigateway: 'API',
  kinesis: 'Stream',
  stateMachine: 'State machine',
  s3: 'Bucket',
  cloudfront: 'Distribution',
};

/** `Function clip-ingest`. */
export const titleOf = (resource: AwsResource): string => `${noun[resource.type]} ${nameOfResource(resource)}`;

export function found(resource: AwsResource, { period, query }: Scene, observed: Observed): FindingDraft {
  const { claim, cause, role = 'cause', severity = 'critical', confidence, onset, error, signal, well } = observed;
  const { dependency, metrics = [], lines = [] } = observed;
  const entity = entityOfResource(resource);
  const at = typeof onset === 'number' ? instantOf(onset) : onset;
  const shown = [...lines, ...metrics.flatMap((name) => seriesLine(resource, name, period))];
  const identity =
    error === undefined
      ? cause !== undefined && role !== 'context' && role !== 'change'
        ? exactly(`${cause} ${resource.type} ${resource.name}`)
        : {}
      : {
          errorTemplate: maskVariables(error.slice(0, 1000)),
          errorIdentity: identityOf(error, { workloads: [entity.name] }),
        };
  return {
    claim: claim.slice(0, 400),
    entity,
    role,
    severity,
    confidence,
    ...(cause === undefined ? {} : { cause }),
    ...(at === undefined ? {} : { onset: at }),
    ...(signal === undefined ? {} : { signal }),
    ...(well === undefined ? {} : { well }),
    ...(dependency === undefined ? {} : { dependency }),
    ...identity,
    evidence: [
      {
        source: 'aws',
        query: `${query}: ${resource.type} ${resource.name}`.slice(0, 500),
        excerpt: [claim, ...shown].join('\n').slice(0, 2000),
        full: { kind: 'aws-resource', resource },
      },
    ],
  };
}

const round = (value: number): string =>
  value >= 100 ? String(Math.round(value)) : String(Math.round(value * 100) / 100);

/** `Throttles: before 0 to 0, since 14:10 0 to 340, last 322`. */
function seriesLine({ metrics }: AwsResource, name: string, period: Period): string[] {
  const points = metrics[name] ?? [];
  const span = (values: readonly number[]) =>
    values.length === 0 ? 'nothing' : `${round(Math.min(...values))} to ${round(Math.max(...values))}`;
  const last = points.at(-1);
  if (last === undefined) return [`${name}: no data`];
  const since = valuesSince(points, period.baselineEnd);
  return [
    `${name}: before ${span(valuesBefore(points, period))}, since ${instantOf(period.baselineEnd).slice(11, 16)} ${span(since)}, last ${round(last[1])}`,
  ];
}
