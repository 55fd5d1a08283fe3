// Assembles an incident's context without asking a person: it gathers the page's alerts, the catalogue, the call graph and memory, and resolve.ts
// draws the conclusions. If a source fails, the investigation continues, and the timeline names the source.

import { type ServiceFact, servicesOf } from '../model/fact.ts';
import { type Context, maxFacts, type Place, type Trigger } from '../model/incident.ts';
import type { Brief, Consultation, Report } from '../model/report.ts';
import { everywhere } from '../model/scope.ts';
import type { PageFacts } from '../model/storm.ts';
import type { Dependency } from '../model/telemetry.ts';
import type { EventOf } from '../model/timeline.ts';
import type { Opened } from '../model/workflow.ts';
import { Catalog } from '../ports/catalog.ts';
import type { PagerAlert } from '../ports/channels.ts';
import type { Ports } from '../ports/index.ts';
import { record } from '../record/timeline.ts';
import { shorten } from '../text.ts';
import { flattenDetails } from './flatten-details.ts';
import { pageFacts } from './page-facts.ts';
import { resolveContext } from './resolve.ts';

type ContextPorts = Pick<Ports, 'incidents' | 'clock' | 'catalog' | 'pager' | 'memory' | 'telemetry'> &
  Partial<Pick<Ports, 'callGraph'>>;

/** A source's answer, or the reason why it is missing. */
interface Answer<T> {
  readonly value: T;
  readonly missing?: string | undefined;
  readonly consulted?: Consultation | undefined;
}

/** Plans the specialists' briefs (core/specialists/plan.ts). */
export type PlanFor = (incidentId: string, trigger: Trigger, context: Context) => Brief[];

const noCatalog = Catalog.parse({ environments: {} });
const maxAlerts = 10;

export async function assembleContext(
  { incident, trigger }: Opened,
  ports: ContextPorts,
  planFor: PlanFor,
): Promise<{ context: Context; page: PageFacts; plan: Brief[]; round: number; priorReports: Report[] }> {
  const [catalog, alerts, edges, similar] = await Promise.all([
    loadCatalog(ports),
    loadAlerts(trigger, ports),
    loadCalls(incident.id, trigger.occurredAt, ports),
    recallSimilar(trigger, ports),
  ]);
  const fullTrigger = withAlerts(trigger, alerts.value);
  const resolved = resolveContext(fullTrigger, catalog.value, edges.value);
  const [facts, areRead] = await Promise.all([
    loadFacts(resolved, ports),
    resourcesAreRead(incident.id, resolved, ports),
  ]);
  const context: Context = {
    ...resolved,
    ...(areRead ? {} : { resources: [] }),
    similar: similar.value,
    facts: [...facts.value],
  };
  const missing = [catalog, alerts, edges, similar, facts].flatMap((answer) => answer.missing ?? []);
  await record(incident.id, contextAssembled(context, missing, edges.consulted), { step: 'AssembleContext' }, ports);
  await ports.incidents.update(incident.id, { place: placeOf(context, catalog.value) });
  const page = pageFacts({ incident, trigger: fullTrigger, context, calls: edges.value, catalog: catalog.value });
  return { context, page, plan: planFor(incident.id, fullTrigger, context), round: 1, priorReports: [] };
}

const placeOf = (context: Context, catalog: Pick<Catalog, 'services'>): Place => ({
  ...Object.fromEntries(
    (['service', 'cluster', 'environment', 'namespace', 'account', 'region'] as const).flatMap((field) => {
      const known = context[field];
      return known === undefined ? [] : [[field, known.value]];
    }),
  ),
  ...(context.serverless && { serverless: true }),
  ...ownersOf(context, catalog),
});

const maxOwners = 5;

function ownersOf({ service }: Context, { services }: Pick<Catalog, 'services'>): Pick<Place, 'owners'> {
  const entry = services.find(
    ({ name, aliases }) => service !== undefined && [name, ...aliases].includes(service.value),
  );
  return entry === undefined || entry.owners.length === 0 ? {} : { owners: entry.owners.slice(0, maxOwners) };
}

const loadCatalog = ({ catalog }: ContextPorts): Promise<Answer<Catalog>> =>
  catalog.load().then(
    (value) => ({ value }),
    () => ({
      value: noCatalog,
      missing: 'The service catalogue cannot be read; the context comes from the alert alone.',
    }),
  );

async function loadAlerts(trigger: Trigger, { pager }: ContextPorts): Promise<Answer<readonly PagerAlert[]>> {
  if (trigger.kind !== 'page') return { value: [] };
  const answer = await pager.alerts(trigger.sourceId);
  return answer.kind === 'data' ? { value: answer.alerts } : { value: [], missing: answer.gap.reason };
}

async function loadCalls(
  incidentId: string,
  pagedAt: string,
  ports: ContextPorts,
): Promise<Answer<readonly Dependency[]>> {
  const scope = everywhere(incidentId, { start: hourBefore(pagedAt), end: pagedAt });
  const observed = await ports.telemetry.calls.observe(scope, {}).catch(() => undefined);
  if (observed?.kind === 'data') return { value: observed.data, consulted: observed.consulted };
  const missing = observed?.gap.reason ?? 'The call graph did not answer.';
  // A source that is there and does not answer showed its calls before.
  const kept = observed?.gap.notConfigured ? [] : await keptCalls(pagedAt, ports);
  return {
    value: kept,
    missing:
      kept.length === 0 ? missing : `${missing} Watchkeeper uses ${kept.length} calls seen within the last week.`,
    consulted: observed?.consulted,
  };
}

const weekMs = 7 * 24 * 3_600_000;

async function keptCalls(pagedAt: string, { callGraph }: ContextPorts): Promise<readonly Dependency[]> {
  const all = (await callGraph?.all().catch(() => [])) ?? [];
  return all.filter(({ seenAt }) => Date.parse(seenAt) >= Date.parse(pagedAt) - weekMs);
}

/** Whether a source reads resources of AWS. Without one, the investigation does not ask about them. */
async function resourcesAreRead(
  incidentId: string,
  { resources, window }: Pick<Context, 'resources' | 'window'>,
  { telemetry }: ContextPorts,
): Promise<boolean> {
  if (resources.length === 0) return false;
  const scope = everywhere(incidentId, { start: window.baseline.start, end: window.incident.end });
  return telemetry.resources.observe(scope, { resources: [] }).then(
    ({ kind }) => kind === 'data',
    () => true,
  );
}

const hourBefore = (instant: string): string => new Date(Date.parse(instant) - 3_600_000).toISOString();

const recallSimilar = (trigger: Trigger, { memory }: ContextPorts): Promise<Answer<string[]>> =>
  memory.recall({ text: trigger.title, limit: 3 }).then(
    (texts) => ({ value: texts.map((text) => shorten(text, 300)) }),
    () => ({ value: [], missing: 'The memory of past incidents did not answer.' }),
  );

/** Number of neighbours whose facts are loaded; neighbours come from taught facts about the service. */
const maxNeighbours = 4;

/** Loads taught facts once the service is known. A fact that names a cluster holds only there. */
async function loadFacts(
  { service, workload, cluster }: Pick<Context, 'service' | 'workload' | 'cluster'>,
  { memory }: ContextPorts,
): Promise<Answer<readonly ServiceFact[]>> {
  const paged = (service?.value ?? workload?.name)?.toLowerCase();
  if (paged === undefined) return { value: [] };
  const applies = ({ statement }: ServiceFact) =>
    statement.kind !== 'talks-to' ||
    statement.cluster === undefined ||
    !cluster ||
    statement.cluster === cluster.value.toLowerCase();
  try {
    const own = (await memory.facts(paged)).filter(applies);
    const neighbours = [...new Set(own.flatMap(({ statement }) => servicesOf(statement)))].filter(
      (one) => one !== paged,
    );
    const neighbourFacts = await Promise.all(neighbours.slice(0, maxNeighbours).map((one) => memory.facts(one)));
    // The service's own latest facts come first; the limit drops older and more distant facts.
    const all = [...own.toReversed(), ...neighbourFacts.flat().filter(applies).toReversed()];
    return { value: [...new Map(all.map((fact) => [fact.id, fact])).values()].slice(0, maxFacts) };
  } catch {
    return { value: [], missing: 'The memory of taught facts did not answer.' };
  }
}

/** Adds details of the page's alerts that the webhook leaves out. The number is limited, because each brief carries the trigger. */
function withAlerts(trigger: Trigger, alerts: readonly PagerAlert[]): Trigger {
  if (alerts.length === 0) return trigger;
  const alertDetails = alerts
    .slice(0, maxAlerts)
    .map(({ summary, severity, details }) => ({ summary, severity, ...details }));
  return { ...trigger, details: { ...trigger.details, ...flattenDetails({ alerts: alertDetails }) } };
}

function contextAssembled(
  context: Context,
  missing: readonly string[],
  consulted: Consultation | undefined,
): EventOf<'ContextAssembled'> {
  const { callees, callers, facts, questions, workload, serverless } = context;
  const read = (['service', 'cluster', 'environment', 'namespace', 'account', 'region'] as const).flatMap((field) => {
    const known = context[field];
    return known === undefined ? [] : [[field, { value: known.value, source: known.source }] as const];
  });
  return {
    type: 'ContextAssembled',
    ...Object.fromEntries(read),
    ...(serverless && { serverless }),
    ...(workload === undefined ? {} : { workload }),
    callees,
    callers,
    facts,
    questions,
    missing: [...missing],
    ...(consulted === undefined ? {} : { consulted: [consulted] }),
  };
}
