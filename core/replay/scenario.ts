// Converts a tape to a scenario folder (docs/scenario-format.md): the state of all systems before any action. So an odd answer becomes a case of the
// dojo. The truth of the scenario comes from feedback on the diagnosis (core/learning/feedback.ts), or from the person who keeps the scenario.
import * as z from 'zod';
import { InvalidInput } from '../errors.ts';
import type { ResourceSet } from '../model/aws-resources.ts';
import { Incident, type Trigger } from '../model/incident.ts';
import type {
  Change,
  Dependency,
  FiringAlert,
  KnowledgeHit,
  KubernetesSnapshot,
  LogRecord,
  Series,
  VendorStatus,
} from '../model/telemetry.ts';
import type { TapedCall } from './tape.ts';

/** The incident of a tape. @throws InvalidInput if the tape has none. */
export function incidentOf(calls: readonly TapedCall[]): Incident {
  const answer = calls.find(({ port }) => port === 'incident')?.answer;
  const incident = Incident.safeParse(answer?.kind === 'value' ? answer.value : undefined);
  if (!incident.success) throw new InvalidInput('The tape does not say which incident it is of.');
  return incident.data;
}

/** File name in the folder → content. A source that was not queried, or had no data, has no file. */
export function scenarioFiles(calls: readonly TapedCall[]): ReadonlyMap<string, string> {
  const { id, title, trigger, openedAt } = incidentOf(calls);
  const acted = calls.findIndex(({ port }) => port === 'executor.execute');
  const before = acted < 0 ? calls : calls.slice(0, acted);
  const [snapshots] = answersOf<KubernetesSnapshot>(before, 'kubernetes.snapshots');
  const context = catalogued(snapshots ?? []);
  return new Map(
    [
      [
        'scenario.json',
        pretty({
          id,
          title,
          source: 'recorded',
          now: snapshots?.[0]?.takenAt ?? openedAt,
          ...context,
          tags: ['recorded'],
        }),
      ] as const,
      ['alert.json', pretty(webhookOf(trigger))] as const,
      ...(snapshots ?? []).map(
        ({ cluster, items }) =>
          [`kubernetes/${fileName(cluster)}.json`, JSON.stringify({ kind: 'List', apiVersion: 'v1', items })] as const,
      ),
      ['signals.ndjson', lines(merged(answersOf<Series>(before, 'metrics.series').flat()))] as const,
      ['logs.ndjson', lines(logsOf(before))] as const,
      ['alerts.json', list(answersOf<FiringAlert>(before, 'alerts.alerts').flat())] as const,
      ['changes.json', list(answersOf<Change>(before, 'changes.changes').flat())] as const,
      ['dependencies.json', list(answersOf<Dependency>(before, 'topology.dependencies').flat())] as const,
      ['status.json', list(answersOf<VendorStatus>(before, 'status.feeds').flat())] as const,
      ['resources.json', resourcesOf(answersOf<ResourceSet>(before, 'resources.sets').flat())] as const,
      ...documentsOf(answersOf<KnowledgeHit>(before, 'knowledge.search').flat()),
    ].filter(([, content]) => content !== ''),
  );
}

const Data = z.object({ kind: z.literal('data'), data: z.array(z.unknown()) });

/** A source's answers, one per call. The types apply, because the same port wrote the tape. */
function answersOf<T>(calls: readonly TapedCall[], call: string): T[][] {
  return calls.flatMap(({ port, answer }) => {
    if (port !== `telemetry.${call}` || answer.kind !== 'value') return [];
    const observed = Data.safeParse(answer.value);
    return observed.success ? [observed.data.data as T[]] : [];
  });
}

const logsOf = (calls: readonly TapedCall[]): LogRecord[] =>
  unique(calls.flatMap(({ answer }) => (answer.kind === 'stream' ? (answer.records as LogRecord[]) : []))).sort(
    (a, b) => a.timestamp.localeCompare(b.timestamp),
  );

/** Each resource once, as it was read last; empty if none was read. */
function resourcesOf(sets: readonly ResourceSet[]): string {
  const resources = new Map(sets.flatMap((set) => set.resources).map((one) => [`${one.type} ${one.name}`, one]));
  const quotas = unique(sets.flatMap((set) => set.quotas));
  return resources.size === 0 ? '' : pretty({ resources: [...resources.values()], quotas });
}

/** Merges the points of one series from several windows. */
function merged(series: readonly Series[]): Series[] {
  const groups = Map.groupBy(series, ({ source, entity, signal, unit }) =>
    JSON.stringify([source, entity, signal, unit]),
  );
  return [...groups.values()].flatMap((parts) => {
    const [first] = parts;
    if (!first) return [];
    const points = new Map(parts.flatMap((part) => part.points));
    return [{ ...first, points: [...points].sort(([a], [b]) => a - b) }];
  });
}

function documentsOf(hits: readonly KnowledgeHit[]): (readonly [string, string])[] {
  const documents = Map.groupBy(unique(hits.map(({ score: _, why: __, ...hit }) => hit)), ({ document }) => document);
  return [...documents].map(([name, sections]) => [
    `knowledge/${fileName(name.replace(/\.md$/, ''))}.md`,
    `# ${sections[0]?.title ?? name}\n\n${sections.map(({ heading, excerpt }) => `## ${heading}\n\n${excerpt}`).join('\n\n')}\n`,
  ]);
}

/** The cluster, if there is exactly one. */
function catalogued(snapshots: readonly KubernetesSnapshot[]): { readonly cluster?: string } {
  const [only, more] = snapshots;
  return only && !more ? { cluster: only.cluster } : {};
}

/** A PagerDuty V3 webhook with the content of the trigger. */
function webhookOf({
  eventId,
  occurredAt,
  sourceId,
  title,
  severity,
  sourceService,
  sourceServiceId,
  link,
  details,
}: Trigger) {
  const service = {
    ...(sourceServiceId === undefined ? {} : { id: sourceServiceId }),
    ...(sourceService === undefined ? {} : { summary: sourceService }),
  };
  return {
    event: {
      id: eventId,
      event_type: 'incident.triggered',
      resource_type: 'incident',
      occurred_at: occurredAt,
      data: {
        id: sourceId,
        type: 'incident',
        title,
        urgency: severity === 'low' ? 'low' : 'high',
        ...(severity === 'critical' ? { priority: { summary: 'P1' } } : {}),
        ...(Object.keys(service).length === 0 ? {} : { service }),
        ...(link === undefined ? {} : { html_url: link }),
        body: { details },
      },
    },
  };
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}

const pretty = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
const list = (values: readonly unknown[]): string => (values.length === 0 ? '' : pretty(unique(values)));
const lines = (values: readonly unknown[]): string => values.map((value) => `${JSON.stringify(value)}\n`).join('');
const fileName = (name: string): string => name.replaceAll(/[^\w.-]+/g, '-').replace(/^\.+/, '') || 'unnamed';
