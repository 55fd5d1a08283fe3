// Entry of the analysis of AWS resources: findings of every analyzer, healthy observations, and the calls that the resources show. Pure.
import type { AwsResource, ResourceSet } from '../../model/aws-resources.ts';
import type { Context } from '../../model/incident.ts';
import type { Observation } from '../../model/report.ts';
import type { FindingDraft } from '../../model/report-draft.ts';
import { entityOfResource } from '../../topology/aws-resources.ts';
import { analyzeContainers, areAllTasksRunning } from './containers.ts';
import { analyzeDatabase, hasNoFailover } from './databases.ts';
import type { Scene } from './finding.ts';
import {
  analyzeBalancer,
  analyzeBucket,
  analyzeDistribution,
  analyzeStateMachine,
  analyzeTargets,
  areAllTargetsHealthy,
} from './fronts.ts';
import { analyzeFunction, isUnthrottled } from './functions.ts';
import { analyzeGateway } from './gateways.ts';
import { instantOf, periodOf } from './periods.ts';
import { analyzeQueue } from './queues.ts';
import { analyzeQuotas } from './quotas.ts';
import { analyzeStream, analyzeTable, isTableUnthrottled } from './tables.ts';

export { callsOfResources } from './edges.ts';

export const sceneOf = (sets: readonly ResourceSet[], window: Context['window'], query: string): Scene => ({
  period: periodOf(window),
  resources: sets.flatMap(({ resources }) => resources),
  quotas: sets.flatMap(({ quotas }) => quotas),
  query,
});

export const analyzeResources = (scene: Scene): FindingDraft[] => [
  ...scene.resources.flatMap((resource) => analyze(resource, scene)),
  ...analyzeQuotas(scene),
];

function analyze(resource: AwsResource, scene: Scene): readonly FindingDraft[] {
  switch (resource.type) {
    case 'lambda':
      return analyzeFunction(resource, scene);
    case 'sqs':
      return analyzeQueue(resource, scene);
    case 'dynamodb':
      return analyzeTable(resource, scene);
    case 'kinesis':
      return analyzeStream(resource, scene);
    case 'rds':
      return analyzeDatabase(resource, scene);
    case 'ecs':
      return analyzeContainers(resource, scene);
    case 'alb':
      return analyzeBalancer(resource, scene);
    case 'targetGroup':
      return analyzeTargets(resource, scene);
    case 'apigateway':
      return analyzeGateway(resource, scene);
    case 's3':
      return analyzeBucket(resource, scene);
    case 'cloudfront':
      return analyzeDistribution(resource, scene);
    case 'stateMachine':
      return analyzeStateMachine(resource, scene);
  }
}

/** What the resources show to be well. */
export const observationsIn = (scene: Scene): Observation[] =>
  scene.resources.flatMap((resource): Observation[] => {
    const kind = wellIn(resource, scene);
    const at = instantOf(scene.period.end);
    return kind === undefined ? [] : [{ kind, entity: entityOfResource(resource), at }];
  });

function wellIn(resource: AwsResource, scene: Scene): Observation['kind'] | undefined {
  switch (resource.type) {
    case 'lambda':
      return isUnthrottled(resource, scene) ? 'none-throttled' : undefined;
    case 'dynamodb':
      return isTableUnthrottled(resource, scene) ? 'none-throttled' : undefined;
    case 'rds':
      return hasNoFailover(resource, scene) ? 'no-failover' : undefined;
    case 'targetGroup':
      return areAllTargetsHealthy(resource) ? 'targets-healthy' : undefined;
    case 'ecs':
      return areAllTasksRunning(resource) ? 'all-pods-available' : undefined;
    default:
      return undefined;
  }
}
