// Entry of the analysis of AWS resources: findings of every analyzer, healthy observations, and the calls that the resources show. Pure.
import type { AwsResource, ResourceSet } from '../../model/aws-resources.ts';
import type { Context } from '../../model/incident.ts';
import type { Observation } from '../../model/report.ts';
import type { FindingDraft } from '../../model/report-draft.ts';
import { entityOfResource } from '../../topology/aws-resources.ts';
import type { Scene } from './finding.ts';
import { analyzeFunction, isUnthrottled } from './functions.ts';
import { instantOf, periodOf } from './periods.ts';
import { analyzeQueue } from './queues.ts';

export { callsOfResources } from './edges.ts';

export const sceneOf = (sets: readonly ResourceSet[], window: Context['window'], query: string): Scene => ({
  period: periodOf(window),
  resources: sets.flatMap(({ resources }) => resources),
  query,
});

export const analyzeResources = (scene: Scene): FindingDraft[] =>
  scene.resources.flatMap((resource) => analyze(resource, scene));

function analyze(resource: AwsResource, scene: Scene): readonly FindingDraft[] {
  switch (resource.type) {
    case 'lambda':
      return analyzeFunction(resource, scene);
    case 'sqs':
      return analyzeQueue(resource, scene);
    default:
      return [];
  }
}

/** What the resources show to be well. */
export const observationsIn = (scene: Scene): Observation[] =>
  scene.resources.flatMap((resource): Observation[] => {
    const at = instantOf(scene.period.end);
    const entity = entityOfResource(resource);
    return resource.type === 'lambda' && isUnthrottled(resource, scene) ? [{ kind: 'none-throttled', entity, at }] : [];
  });
