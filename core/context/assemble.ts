// Who and where, without anybody being asked: the alert's words, the page's alerts, the catalogue and the call graph, each value with its
// source and confidence. What stays ambiguous becomes a question that goes along with the answer.
import { flattenDetails } from '../incidents/details.ts';
import { note } from '../incidents/timeline.ts';
import type { Context, Known, Trigger } from '../model/incident.ts';
import type { Brief, Report } from '../model/report.ts';
import type { Opened } from '../model/workflow.ts';
import { planFor } from '../planning/plan.ts';
import type { Catalog, CatalogService } from '../ports/catalog.ts';
import type { Ports } from '../ports/index.ts';
import { type Clue, cluesOf, type Field } from './extractors.ts';
import { canonical, findService, servicesNamedIn, weigh, workloadOf } from './resolve.ts';

type ContextPorts = Pick<
  Ports,
  'incidents' | 'clock' | 'ids' | 'catalog' | 'pager' | 'memory' | 'telemetry' | 'evidence'
>;

const minutes = 60_000;
/** The incident window reaches back before the page, because the onset is before the page; the baseline lies before that. */
const incidentMinutes = 30;
const baselineMinutes = 120;
/** Until when the page is followed: what happened right after it counts. */
const afterMinutes = 5;

export async function assembleContext(
  input: Opened,
  ports: ContextPorts,
): Promise<{ context: Context; plan: Brief[]; round: number; priorReports: Report[] }> {
  const { incident, trigger } = input;
  const [catalog, alerts, dependencies, similar] = await Promise.all([
    ports.catalog.load(),
    trigger.kind === 'page' ? ports.pager.alerts(trigger.sourceId) : undefined,
    ports.telemetry.topology.dependencies({ incidentId: incident.id }),
    ports.memory.recall({ text: trigger.title, limit: 3 }).catch(() => []),
  ]);
  const enriched = alerts?.kind === 'data' ? withAlerts(trigger, alerts.alerts) : trigger;
  const edges = dependencies.kind === 'data' ? dependencies.data : [];
  const context = { ...resolveContext(enriched, catalog, edges), similar: similar.map((text) => text.slice(0, 300)) };
  await note(incident.id, { step: 'AssembleContext', kind: 'context', text: inWords(context) }, ports);
  return { context, plan: planFor(incident.id, enriched, context), round: 1, priorReports: [] };
}

/** The page's alerts carry what the webhook leaves out. */
function withAlerts(
  trigger: Trigger,
  alerts: readonly { summary: string; details: Readonly<Record<string, string>> }[],
): Trigger {
  const details = alerts
    .slice(0, 10)
    .flatMap((alert, index) => [
      ...Object.entries(flattenDetails(alert.details)).map(
        ([key, value]) => [`alerts.${index}.${key}`, value] as const,
      ),
      [`alerts.${index}.summary`, alert.summary.slice(0, 1000)] as const,
    ]);
  return { ...trigger, details: { ...trigger.details, ...Object.fromEntries(details) } };
}

/** Pure: trigger, catalogue and call graph in, context out. */
export function resolveContext(
  trigger: Trigger,
  catalog: Catalog,
  edges: readonly { from: string; to: string }[],
): Omit<Context, 'similar'> & { similar: string[] } {
  const said = cluesOf(trigger).map((clue) => ({ ...clue, value: canonical(catalog, clue.field, clue.value) }));
  const workload = workloadOf(said);
  const service = resolveService(trigger, said, workload?.name, catalog, edges);
  const entry = service && findService(catalog, service.value);
  const clues = [...said, ...placementClues(entry, said), ...clusterClues(said, catalog)];
  const field = (name: Field): Known | undefined => weigh(clues, name);
  const cluster = field('cluster');
  const namespace = field('namespace');
  const environment = weigh([...clues, ...clusterClues(clues, catalog)], 'environment');
  const known = service?.value;
  const callees = unique([
    ...(entry?.dependsOn ?? []),
    ...edges.filter((edge) => edge.from === known).map((edge) => edge.to),
  ]);
  const callers = unique([
    ...catalog.services.filter((other) => known && other.dependsOn.includes(known)).map((other) => other.name),
    ...edges.filter((edge) => edge.to === known).map((edge) => edge.from),
  ]);
  return {
    ...(service && { service }),
    ...(cluster && { cluster }),
    ...(environment && { environment }),
    ...(namespace && { namespace }),
    ...optional('account', field('account')),
    ...optional('region', field('region')),
    ...(workload && {
      workload: {
        ...workload,
        ...(namespace && { namespace: namespace.value }),
        ...(cluster && { cluster: cluster.value }),
      },
    }),
    window: windowOf(trigger.occurredAt),
    dataSources: entry?.dataSources ?? {},
    callers,
    callees,
    questions: questionsOf({ service, cluster, environment, namespace }, entry),
    similar: [],
  };
}

function resolveService(
  trigger: Trigger,
  clues: readonly Clue[],
  workload: string | undefined,
  catalog: Catalog,
  edges: readonly { from: string; to: string }[],
): Known | undefined {
  const nodes = new Set(edges.flatMap((edge) => [edge.from, edge.to]));
  const found: Clue[] = clues
    .filter((clue) => clue.field === 'service')
    .map((clue) => {
      const entry = findService(catalog, clue.value);
      if (entry)
        return {
          ...clue,
          value: entry.name,
          source: `${clue.source}, known to the catalogue`,
          confidence: Math.min(0.97, clue.confidence + 0.05),
        };
      return nodes.has(clue.value)
        ? {
            ...clue,
            source: `${clue.source}, seen in the call graph`,
            confidence: Math.min(0.95, clue.confidence + 0.05),
          }
        : clue;
    });
  if (workload) {
    const entry = findService(catalog, workload);
    found.push({
      field: 'service',
      value: entry?.name ?? workload,
      source: entry ? `workload ${workload}, known to the catalogue` : `workload ${workload}`,
      confidence: entry ? 0.93 : 0.6,
    });
  }
  for (const entry of servicesNamedIn(catalog, trigger.title)) {
    found.push({
      field: 'service',
      value: entry.name,
      source: 'named in the title, known to the catalogue',
      confidence: 0.85,
    });
  }
  const title = ` ${trigger.title.toLowerCase().replaceAll(/[^a-z0-9-]+/g, ' ')} `;
  for (const node of nodes) {
    if (title.includes(` ${node.toLowerCase()} `))
      found.push({
        field: 'service',
        value: node,
        source: 'named in the title, seen in the call graph',
        confidence: 0.8,
      });
  }
  return weigh(found, 'service');
}

/** Where the catalogue says that a service runs, narrowed by what the alert said. */
function placementClues(entry: CatalogService | undefined, said: readonly Clue[]): Clue[] {
  if (!entry) return [];
  const saidOf = (field: Field) => weigh(said, field)?.value;
  const fits = entry.placements.filter(
    (place) =>
      agrees(saidOf('cluster'), place.cluster) &&
      agrees(saidOf('namespace'), place.namespace) &&
      agrees(saidOf('environment'), place.environment),
  );
  // One placement that fits is an answer; several are as many possibilities.
  const confidence = fits.length === 1 ? 0.85 : 0.45;
  return fits.flatMap((place) => {
    const clue = (field: Field, value: string): Clue => ({
      field,
      value,
      source: `the catalogue's entry for ${entry.name}`,
      confidence,
    });
    return [
      clue('cluster', place.cluster),
      clue('namespace', place.namespace),
      clue('environment', place.environment),
      ...(place.account ? [clue('account', place.account)] : []),
      ...(place.region ? [clue('region', place.region)] : []),
    ];
  });
}

/** What the catalogue knows of a cluster that the alert named. */
function clusterClues(clues: readonly Clue[], catalog: Catalog): Clue[] {
  const name = weigh(clues, 'cluster');
  const cluster = catalog.clusters.find((one) => one.name === name?.value);
  if (!name || !cluster) return [];
  const source = `the catalogue's entry for cluster ${cluster.name}`;
  const confidence = name.confidence * 0.95;
  return [
    { field: 'environment', value: cluster.environment, source, confidence },
    ...(cluster.account ? [{ field: 'account' as const, value: cluster.account, source, confidence }] : []),
    ...(cluster.region ? [{ field: 'region' as const, value: cluster.region, source, confidence }] : []),
  ];
}

const agrees = (said: string | undefined, known: string): boolean => said === undefined || said === known;
const unique = (values: readonly string[]): string[] => [...new Set(values)].sort();
const optional = <Key extends string>(key: Key, value: Known | undefined): { [K in Key]?: Known } =>
  value === undefined ? {} : ({ [key]: value } as { [K in Key]?: Known });

function windowOf(occurredAt: string): Context['window'] {
  const page = Date.parse(occurredAt);
  const at = (offsetMinutes: number) => new Date(page + offsetMinutes * minutes).toISOString();
  return {
    baseline: { start: at(-incidentMinutes - baselineMinutes), end: at(-incidentMinutes) },
    incident: { start: at(-incidentMinutes), end: at(afterMinutes) },
  };
}

function questionsOf(known: Record<string, Known | undefined>, entry: CatalogService | undefined): string[] {
  const whom = entry?.owners.length ? ` (${entry.owners.join(', ')} would know)` : '';
  return Object.entries(known).flatMap(([field, value]) => {
    if (!value) return [`Which ${field} is meant? The alert does not say, and the catalogue does not know${whom}.`];
    const rivals = value.alternatives.filter((alternative) => alternative.confidence >= value.confidence * 0.8);
    if (rivals.length === 0) return [];
    return [`Is the ${field} ${[value, ...rivals].map((one) => `${one.value} (${one.source})`).join(' or ')}?${whom}`];
  });
}

function inWords(context: Context): string {
  const parts = (['service', 'cluster', 'environment', 'namespace'] as const).map((field) => {
    const known = context[field];
    return known ? `${field} ${known.value} (from ${known.source})` : `${field} not known`;
  });
  const workload = context.workload ? ` It is about ${context.workload.kind} ${context.workload.name}.` : '';
  const questions = context.questions.length > 0 ? ` Open: ${context.questions.join(' ')}` : '';
  return `This is about ${parts.join(', ')}.${workload}${questions}`;
}
