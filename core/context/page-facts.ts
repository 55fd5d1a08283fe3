// Derives the facts of a page from its trigger, its context and the call graph. Doubtful values are left out, because the rules treat an unknown
// value as doubtful.

import type { Context, Incident, Known, Trigger } from '../model/incident.ts';
import { PageFacts, type SymptomKind } from '../model/storm.ts';
import type { Dependency } from '../model/telemetry.ts';
import type { Catalog } from '../ports/catalog.ts';
import { shorten } from '../text.ts';
import { callGraph } from '../topology/call-graph.ts';
import { ownerOf } from '../topology/owner.ts';
import { cluesOf } from './extractors.ts';
import { symptomOf } from './symptoms.ts';

export interface PageToRead {
  readonly incident: Pick<Incident, 'id' | 'openedAt'>;
  /** Includes the details of its alerts, as the briefs carry it. */
  readonly trigger: Pick<Trigger, 'title' | 'sourceService' | 'details' | 'occurredAt' | 'apart'>;
  readonly context: Pick<
    Context,
    'service' | 'cluster' | 'environment' | 'namespace' | 'account' | 'region' | 'workload' | 'callers' | 'callees'
  >;
  /** The known part of the call graph. */
  readonly calls?: readonly Dependency[];
  readonly catalog?: Pick<Catalog, 'services'>;
}

/** A value in doubt has a confidence below one half (core/context/clue.ts). */
const likely = 0.5;
/** Number of call graph neighbours to keep, nearest first. */
const maxNeighbours = 40;
const farthest = 3;
/** A callee is common if at least this share of the services reaches it, given at least this number of services. */
const commonShare = 0.5;
const fewServices = 8;

export function pageFacts({ incident, trigger, context, calls = [], catalog }: PageToRead): PageFacts {
  const sure = (known: Known | undefined): string | undefined =>
    known !== undefined && known.confidence >= likely ? known.value : undefined;
  const service = sure(context.service);
  const { workload } = context;
  const node = workload?.kind === 'Node' ? workload.name : nodeOf(trigger);
  const place = {
    cluster: sure(context.cluster),
    environment: sure(context.environment),
    namespace: workload?.kind === 'Node' ? undefined : sure(context.namespace),
    account: sure(context.account),
    region: sure(context.region),
  };
  const labels = labelsOf(trigger.details);
  const zone = zoneOf(labels);
  const names = namesIn(labels, [service, workload?.name, node, zone, ...Object.values(place)]);
  const alerts = alertsOf(labels);
  const first = alerts[0];
  const symptom = symptomOf([first?.name, first?.metric, trigger.title, ...summariesIn(labels)], names);
  const further = alerts
    .slice(1)
    .map(({ name, metric, summary }) => symptomOf([name, metric, summary], names))
    .filter((kind): kind is SymptomKind => kind !== 'unknown' && kind !== symptom);
  const firedAt = firedAtOf(trigger);
  const around = neighbours(service ?? workload?.name, context, calls, catalog);
  return PageFacts.parse({
    incidentId: incident.id,
    openedAt: incident.openedAt,
    ...(firedAt && { firedAt }),
    ...(first?.name && { alert: shorten(first.name, 300) }),
    symptom,
    furtherSymptoms: [...new Set(further)].slice(0, 10),
    ...(service && { service }),
    ...defined(place),
    ...(zone && { zone }),
    ...(workload && { workload }),
    ...(node && { node }),
    ...around,
    crossing: crossingOf(Object.keys(around.callees), place, catalog),
    placed: placedIn(Object.keys(around.callees), place.cluster, catalog),
    ...(trigger.apart && { apart: trigger.apart.why }),
  });
}

const defined = <T extends Record<string, string | undefined>>(given: T): Partial<Record<keyof T, string>> =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Partial<
    Record<keyof T, string>
  >;

/** The host or node that the labels name, if all labels agree. */
function nodeOf(trigger: PageToRead['trigger']): string | undefined {
  const named = cluesOf(trigger)
    .filter(({ field, value, confidence }) => field === 'workload' && value.startsWith('Node/') && confidence > 0.4)
    .map(({ value }) => value.slice('Node/'.length));
  const distinct = new Set(named);
  return distinct.size === 1 ? named[0] : undefined;
}

/** An alert's label, from a field or from a line of text. */
interface Label {
  readonly key: string;
  readonly value: string;
  /** Index of the alert within the page. */
  readonly alert: number;
}

const lastPart = (path: string): string => path.slice(path.lastIndexOf('.') + 1);
const numbered = /(?:^|\.)alerts\.(\d+)\./;
/** Alertmanager's text for PagerDuty: ` - alertname = KubePodNotReady`, one alert after each `Labels:`. */
const textLine = /^[ \t]*[-*][ \t]*([A-Za-z_][\w.]{0,60})[ \t]*=[ \t]*(\S.{0,300}?)[ \t]*$/gm;
/** Datadog's tags: `env:prod, service:checkout`. */
const tag = /(?:^|[,\s])([A-Za-z_][\w.]{1,60}):([\w./-]{1,200})(?=$|[,\s])/g;
const tagsKey = /^(?:event_?)?tags$/i;

function labelsOf(details: Trigger['details']): readonly Label[] {
  return Object.entries(details).flatMap(([path, value]): Label[] => {
    const alert = Number(numbered.exec(path)?.[1] ?? 0);
    const own = { key: lastPart(path), value, alert };
    if (tagsKey.test(own.key))
      return [own, ...[...value.matchAll(tag)].map(([, key = '', value = '']) => ({ key, value, alert }))];
    if (!value.includes(' = ')) return [own];
    return [
      own,
      ...value
        .split(/(?=^[ \t]*Labels:)/m)
        .filter((part) => part.trim() !== '')
        .flatMap((part, index) =>
          [...part.matchAll(textLine)].map(([, key = '', value = '']) => ({ key, value, alert: alert + index })),
        ),
    ];
  });
}

const zoneKey = /^(?:topology_kubernetes_io_)?(?:availability_?zone|zone|failure_domain_beta_kubernetes_io_zone)$/i;
function zoneOf(labels: readonly Label[]): string | undefined {
  const zones = new Set(
    labels.flatMap(({ key, value }) => (zoneKey.test(key) && /^[a-z]{2}[a-z0-9-]{2,40}$/.test(value) ? [value] : [])),
  );
  return zones.size === 1 ? [...zones][0] : undefined;
}

/** Keys under which the sources put an alert's name, the most specific first. */
const alertKeys: readonly RegExp[] = [
  /^alert_?name$/i,
  /^(?:alarm_?name|monitor(?:_?name)?|condition_?name|rule_?name|check_?name|alert_title|alert_?type|event_?name)$/i,
];
const metricKey = /^(?:metric_?name|metric|signal|reason)$/i;
const summaryKey = /^(?:summary|message|description|text|alert_?summary)$/i;
interface Alert {
  readonly name?: string | undefined;
  readonly metric?: string | undefined;
  readonly summary?: string | undefined;
}

/** Name, metric and summary of each alert of the page. A page without numbered alerts is one alert. */
function alertsOf(labels: readonly Label[]): readonly Alert[] {
  const groups = Map.groupBy(labels, ({ alert }) => alert);
  return [...groups.entries()]
    .toSorted(([a], [b]) => a - b)
    .map(([, own]) => {
      const labelValue = (pattern: RegExp) => own.find(({ key }) => pattern.test(key))?.value;
      const name = alertKeys.map(labelValue).find((one) => one !== undefined);
      return { name: name?.trim() || undefined, metric: labelValue(metricKey), summary: labelValue(summaryKey) };
    });
}

const summariesIn = (labels: readonly Label[]): string[] =>
  labels
    .filter(({ key }) => summaryKey.test(key))
    .map(({ value }) => value)
    .slice(0, 3);

const nameKey =
  /(?:service|app|application|component|workload|deployment|namespace|cluster|pod|container|node|host|instance|job|cronjob|statefulset|daemonset|env|environment|region|account|team|queue|topic|functionname|function_name|dbinstanceidentifier|loadbalancer|targetgroup|consumergroup|consumer_group|url|target)(?:[._]?(?:name|id))?$/i;

/** All names in the labels; none of them describes the kind of trouble. */
const namesIn = (labels: readonly Label[], known: readonly (string | undefined)[]): string[] => [
  ...new Set([
    ...known.filter((name) => name !== undefined),
    ...labels
      .filter(({ key, value }) => nameKey.test(key) && value.length <= 120 && !/\s/.test(value))
      .map(({ value }) => value),
  ]),
];

const startKey = /^(?:starts_?at|state_?change_?time|active_?at|started_?at|firing_?since|triggered_?at)$/i;
const dayMs = 24 * 3_600_000;

/** The earliest instant that the page and its alerts give. Instants more than a day before the page, or after it, are ignored. */
function firedAtOf({ details, occurredAt }: PageToRead['trigger']): string | undefined {
  const paged = Date.parse(occurredAt);
  const starts = Object.entries(details)
    .filter(([path, value]) => startKey.test(lastPart(path)) && /^\d{4}-\d\d-\d\dT/.test(value))
    .map(([, value]) => Date.parse(value.replace(/([+-]\d\d)(\d\d)$/, '$1:$2')))
    .filter((at) => Number.isFinite(at) && at <= paged && at >= paged - dayMs);
  const earliest = Math.min(paged, ...starts);
  return Number.isFinite(earliest) ? new Date(earliest).toISOString() : undefined;
}

function neighbours(
  service: string | undefined,
  context: PageToRead['context'],
  calls: readonly Dependency[],
  catalog: PageToRead['catalog'],
): Pick<PageFacts, 'callees' | 'callers' | 'common'> {
  if (service === undefined) return { callees: {}, callers: {}, common: [] };
  const named = (catalog?.services ?? []).flatMap(({ name, dependsOn }) => dependsOn.map((to) => ({ from: name, to })));
  const graph = callGraph([
    ...calls,
    ...named,
    ...context.callees.map((to) => ({ from: service, to })),
    ...context.callers.map((from) => ({ from, to: service })),
  ]);
  const callees = nearest(graph.calleesOf(service));
  const common = Object.keys(callees).filter(
    (name) => graph.size >= fewServices && graph.callersOf(name).size >= commonShare * graph.size,
  );
  return { callees, callers: nearest(graph.callersOf(service)), common };
}

const nearest = (distances: ReadonlyMap<string, number>): Record<string, number> =>
  Object.fromEntries(
    [...distances]
      .filter(([, distance]) => distance <= farthest)
      .toSorted(([a, near], [b, far]) => near - far || a.localeCompare(b))
      .slice(0, maxNeighbours),
  );

/** Callees that the catalogue places in other clusters only, within the page's environment. */
function crossingOf(
  callees: readonly string[],
  { cluster, environment }: { readonly cluster: string | undefined; readonly environment: string | undefined },
  catalog: PageToRead['catalog'],
): PageFacts['crossing'] {
  if (cluster === undefined || environment === undefined) return {};
  return Object.fromEntries(
    callees.flatMap((callee) => {
      const entry = catalog?.services.find(({ name }) => name.toLowerCase() === callee);
      const placed = (entry?.placements ?? []).filter((place) => place.environment === environment);
      const clusters = [...new Set(placed.map((place) => place.cluster))];
      return clusters.length === 0 || clusters.includes(cluster) ? [] : [[callee, clusters]];
    }),
  );
}

function placedIn(
  callees: readonly string[],
  cluster: string | undefined,
  catalog: PageToRead['catalog'],
): PageFacts['placed'] {
  return Object.fromEntries(
    callees.flatMap((callee) => {
      const entry = catalog?.services.find(({ name }) => name.toLowerCase() === callee);
      const here = (entry?.placements ?? []).filter((place) => place.cluster === cluster);
      return here.length === 0 ? [] : [[callee, [...new Set(here.map(({ namespace }) => namespace))]]];
    }),
  );
}

/** The page's service and workload by their call graph names, in lower case. */
export const subjectsOf = ({ service, workload }: Pick<PageFacts, 'service' | 'workload'>): readonly string[] => [
  ...new Set(
    [service, ...(workload === undefined || workload.kind === 'Node' ? [] : [ownerOf(workload).name])]
      .filter((name) => name !== undefined)
      .map((name) => name.toLowerCase()),
  ),
];

/** Time at which the page's trouble was first reported, epoch milliseconds. */
export const beganAt = ({ firedAt, openedAt }: Pick<PageFacts, 'firedAt' | 'openedAt'>): number =>
  Math.min(Date.parse(firedAt ?? openedAt), Date.parse(openedAt));

export const symptomsIn = ({ symptom, furtherSymptoms }: PageFacts): readonly SymptomKind[] => [
  symptom,
  ...furtherSymptoms,
];
