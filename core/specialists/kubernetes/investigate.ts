// The Kubernetes specialist: finds problems in the clusters, ranked by closeness to the page. In a second round and after an action it covers only
// the entities in focus, and also reports recovery signals.
import { analyzeClusters, health, observationsOf, topologyOf } from '../../analysis/kubernetes/index.ts';
import { type EntityRef, sameWorkload } from '../../model/entity.ts';
import type { Brief, Report } from '../../model/report.ts';
import type { FindingDraft } from '../../model/report-draft.ts';
import { scopeOf } from '../../model/scope.ts';
import type { Ports } from '../../ports/index.ts';
import { finishReport } from '../finish.ts';
import { gapsIn } from '../missing.ts';

type KubernetesPorts = Pick<Ports, 'telemetry' | 'evidence' | 'clock' | 'ids'> & Partial<Pick<Ports, 'reasoner'>>;

export async function investigateKubernetes(brief: Brief, ports: KubernetesPorts): Promise<Report> {
  const startedAt = ports.clock.now();
  // All clusters, because a cause may be in another cluster than its symptom.
  const observed = await ports.telemetry.kubernetes.observe(scopeOf(brief, 'everywhere'), {});
  if (observed.kind === 'gap') {
    return finishReport(
      brief,
      {
        summary: `Kubernetes could not be asked: ${observed.gap.reason}`,
        findings: [],
        gaps: [observed.gap],
        bytesRead: 0,
      },
      startedAt,
      ports,
    );
  }
  const all = analyzeClusters(observed.data);
  const narrowed = brief.phase === 'verify' || brief.round > 1;
  const findings = narrowed
    ? [
        ...all.filter((finding) => brief.focus.some((entity) => sameWorkload(entity, finding.entity))),
        ...health(observed.data, brief.focus),
      ]
    : all.map((finding) => ({
        ...(isOnPurpose(finding, brief) ? asContext(finding) : finding),
        confidence: finding.confidence * closeness(finding.entity, brief),
      }));
  const clusters = observed.data.map((snapshot) => snapshot.cluster).join(', ');
  return finishReport(
    brief,
    {
      summary: summaryOf(findings, clusters),
      findings,
      gaps: gapsIn('kubernetes', observed),
      bytesRead: observed.bytes,
      ...(narrowed
        ? {}
        : { topology: topologyOf(observed.data, (workload) => closeness(workload, brief) >= sameNamespace) }),
      ...(brief.phase === 'verify'
        ? {}
        : { observations: observationsOf(observed.data, (entity) => isNear(entity, brief)) }),
    },
    startedAt,
    ports,
  );
}

/**
 * Someone suspended the CronJob, or a node is full and runs its pods well: this explains a page about that CronJob or node only. A pod that waits
 * for a place has a finding of its own.
 */
const isOnPurpose = ({ cause, entity }: FindingDraft, brief: Brief): boolean =>
  (cause === 'cronjob-suspended' || (cause === 'scheduling-node-full' && entity.kind === 'Node')) &&
  closeness(entity, brief) < 1 &&
  !isPaged(entity, brief);

const isPaged = ({ kind, name }: EntityRef, { trigger, context: { workload } }: Brief): boolean =>
  isNamedIn(trigger.title, name) || (workload?.kind === kind && workload.name === name);

/** As a whole name: `worker-1` is not in `worker-10`. */
const isNamedIn = (text: string, name: string): boolean =>
  text
    .split(name)
    .some((before, n, parts) => n + 1 < parts.length && !/[\w-]$/.test(before) && !/^[\w-]/.test(parts[n + 1] ?? ''));

function asContext({ cause: _, ...finding }: FindingDraft): FindingDraft {
  return { ...finding, role: 'context', severity: 'info' };
}

/** Whether the entity is in focus, paged, a direct caller or callee, or without a namespace. */
const isNear = (entity: EntityRef, { context, focus }: Brief): boolean =>
  entity.namespace === undefined ||
  focus.some((one) => sameWorkload(one, entity)) ||
  [context.workload?.name, context.service?.value, ...context.callees, ...context.callers].includes(entity.name);

const sameNamespace = 0.98;

/** 1 for the paged entity and its callees, lower for more distant ones; never so low that a clear cause is lost. */
function closeness(entity: EntityRef, { context }: Brief): number {
  const names = [context.workload?.name, context.service?.value, ...context.callees];
  if (names.includes(entity.name)) return 1;
  if (entity.kind === 'Node') return 0.97;
  const inNamespace =
    context.namespace === undefined ||
    entity.namespace === context.namespace.value ||
    entity.name === context.namespace.value;
  const inCluster = context.cluster === undefined || entity.cluster === context.cluster.value;
  return inNamespace && inCluster ? sameNamespace : inCluster ? 0.85 : 0.8;
}

function summaryOf(findings: readonly FindingDraft[], clusters: string): string {
  const problems = findings.filter((finding) => finding.role !== 'context').sort((a, b) => b.confidence - a.confidence);
  if (problems.length === 0) {
    const well = findings.filter((finding) => finding.role === 'context').map((finding) => finding.claim);
    return well.length > 0 ? well.slice(0, 3).join(' ') : `Nothing is broken that Kubernetes would show (${clusters}).`;
  }
  const more = problems.length > 2 ? ` ${problems.length - 2} more observations.` : '';
  return `${problems
    .slice(0, 2)
    .map((finding) => finding.claim)
    .join(' ')}${more}`;
}
