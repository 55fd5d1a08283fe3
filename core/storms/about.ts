// Compares by name the entities that pages and hypotheses concern, and defines what else is known when a page is judged.

import type { EntityRef } from '../model/entity.ts';
import type { PageFacts } from '../model/storm.ts';
import type { Change } from '../model/telemetry.ts';
import { ownerOf } from '../topology/owner.ts';

/** Other facts that a page is judged by. */
export interface Around {
  /** Changes of the page's own service in the half hour before the page. */
  readonly changes?: readonly Pick<Change, 'id' | 'at' | 'service'>[];
  /** Other open pages; only those about the same entity count. */
  readonly pages?: readonly PageFacts[];
}

export const low = (name: string): string => name.toLowerCase();
export const nameOf = (entity: EntityRef): string => low(ownerOf(entity).name);
export const sameEntity = (a: EntityRef, b: EntityRef): boolean =>
  nameOf(a) === nameOf(b) &&
  (a.cluster === undefined || b.cluster === undefined || a.cluster === b.cluster) &&
  (a.namespace === undefined || b.namespace === undefined || a.namespace === b.namespace);

export const differs = (a: string | undefined, b: string | undefined): boolean =>
  a !== undefined && b !== undefined && low(a) !== low(b);

const runKinds: ReadonlySet<string> = new Set(['CronJob', 'Job']);
const wholeService: ReadonlySet<string> = new Set([
  'Service',
  'App',
  'Function',
  'Database',
  'Cdn',
  'Queue',
  'Topic',
  'Bucket',
]);
export const placeKinds: ReadonlySet<string> = new Set(['Node', 'Namespace', 'Cluster', 'Zone', 'Region', 'Account']);

/** Whether the page concerns the entity. If the page names another workload than the entity's, the same service is not enough. */
export function isAbout(page: PageFacts, entity: EntityRef): boolean {
  const name = nameOf(entity);
  if (entity.kind === 'Node') return page.workload?.kind === 'Node' && low(page.workload.name) === name;
  if (placeKinds.has(entity.kind)) return false;
  const workload = page.workload === undefined || page.workload.kind === 'Node' ? undefined : ownerOf(page.workload);
  if (workload !== undefined) {
    if (low(workload.name) === name) return runKinds.has(workload.kind) === runKinds.has(entity.kind);
    return (
      wholeService.has(entity.kind) &&
      page.service !== undefined &&
      low(page.service) === name &&
      !runKinds.has(workload.kind)
    );
  }
  return page.service !== undefined && low(page.service) === name;
}
