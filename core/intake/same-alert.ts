// Decides whether a mention or a channel's alert is the alert of an open incident. It compares the fields of both: the same alert about the same
// entity in the same place. A title alone is no identity: it joins two alerts only if both name the same entity and no other field contradicts. In
// doubt it opens another incident; the diagnosis of the first one may still explain it (core/storms/).
import { cluesOf } from '../context/extractors.ts';
import type { Place, Trigger } from '../model/incident.ts';
import { ownerOf } from '../topology/owner.ts';
import { plainTitle } from './channel-alert.ts';

export interface AlertToCompare {
  readonly trigger: Pick<Trigger, 'kind' | 'sourceId' | 'title' | 'sourceService' | 'details' | 'link'>;
  /** The place that the context step worked out. */
  readonly place?: Place | undefined;
}

export type SameAlert = 'same' | 'other' | 'in-doubt';

export function sameAlert(one: AlertToCompare, other: AlertToCompare): SameAlert {
  const [pageA, pageB] = [pageOf(one.trigger), pageOf(other.trigger)];
  if (pageA !== undefined && pageB !== undefined) return pageA === pageB ? 'same' : 'other';
  const [a, b] = [identityOf(one), identityOf(other)];
  if (fields.some((field) => contradict(a.known[field], b.known[field]))) return 'other';
  if (differInLabels(a.labels, b.labels) || differInLabels(a.keys, b.keys)) return 'other';
  if ([...a.keys].some(([key, values]) => shared(values, b.keys.get(key) ?? new Set()))) return 'same';
  if (a.title === '' || a.title !== b.title) return 'other';
  const agree = (field: Field): boolean => covered(a, b, field) || covered(b, a, field);
  if (!subjects.some(agree)) return 'in-doubt';
  const placed = places.filter((field) => a.stated[field].size > 0 || b.stated[field].size > 0);
  return placed.length === 0 || placed.some(agree) ? 'same' : 'in-doubt';
}

const subjects = ['service', 'workload', 'node'] as const;
const places = ['cluster', 'environment', 'namespace', 'account', 'region'] as const;
const fields = [...subjects, ...places, 'alert'] as const;
type Field = (typeof fields)[number];
type Values = Readonly<Record<Field, ReadonlySet<string>>>;

type ByKey = ReadonlyMap<string, ReadonlySet<string>>;

interface Identity {
  readonly title: string;
  /** Values from the alert's own labels, links and words. */
  readonly stated: Values;
  /** The same values, together with the values that the context step worked out. */
  readonly known: Values;
  /** Names that the alert's source gave to this one alert, by key. */
  readonly keys: ByKey;
  /** Other labels that distinguish one entity from another, by key. */
  readonly labels: ByKey;
}

const pageLink = /https:\/\/[\w-]+\.(?:eu\.)?pagerduty\.com\/incidents\/([A-Z0-9]{7,20})/;
const pageId = /^[A-Z0-9]{7,20}$/;

/** PagerDuty's id of the incident, from its webhook or its link. */
function pageOf({ kind, sourceId, link, details }: AlertToCompare['trigger']): string | undefined {
  if (kind === 'page' || pageId.test(sourceId)) return sourceId;
  const linked = [link ?? '', ...Object.values(details)].flatMap((text) => pageLink.exec(text)?.[1] ?? []);
  return new Set(linked).size === 1 ? linked[0] : undefined;
}

/** The minimum confidence of a value: a label, or a phrase that names the entity. The name of a PagerDuty service is not the name of a service. */
const sureEnough = 0.55;
/** The minimum confidence of a node is lower: the label `node` usually says where something runs, but it distinguishes two alerts all the same. */
const asNode = 0.45;
const guessed = 'the PagerDuty service';

const keyOf = (path: string): string =>
  path
    .slice(path.lastIndexOf('.') + 1)
    .replaceAll(/[^A-Za-z0-9]/g, '')
    .toLowerCase();
const alertKeys = /^(?:alertname|alarmname|monitorname|conditionname|rulename|checkname)$/;
const sourceKeys = /^(?:fingerprint|dedupkey|alertkey|incidentkey|alarmarn|issueid|alertid|groupkey)$/;
const distinguishingKeys =
  /^(?:instance|host|hostname|node|queue|queuename|topic|consumergroup|function|functionname|database|dbname|dbinstance|dbinstanceidentifier|datname|bucket|bucketname|table|tablename|tenant|customer|url|endpoint|target|path|device|mountpoint|partition|shard|volume|persistentvolumeclaim|stack|loadbalancer|targetgroup|domain|certificate|zone|availabilityzone|statemachine|statemachinearn|stage|vhost|index|job)$/;

function identityOf({ trigger, place = {} }: AlertToCompare): Identity {
  const clues = cluesOf(trigger).filter(
    ({ confidence, source, value }) =>
      source !== guessed && confidence >= (value.startsWith('Node/') ? asNode : sureEnough),
  );
  const environment = cluesOf(trigger).filter(({ field, source }) => field === 'environment' && source === guessed);
  const details = Object.entries(trigger.details).map(([path, value]) => [keyOf(path), plain(value)] as const);
  const of = (field: Field): string[] => {
    if (field === 'alert') return details.flatMap(([key, value]) => (alertKeys.test(key) ? [value] : []));
    if (field === 'node') return clues.flatMap((clue) => (clue.field === 'workload' ? nodeIn(clue.value) : []));
    return [...clues, ...environment].flatMap((clue) => (clue.field === field ? readAs(field, clue.value) : []));
  };
  const stated = Object.fromEntries(fields.map((field) => [field, new Set(of(field))])) as unknown as Values;
  const worked = (field: Field): string[] => {
    const value = field in place ? place[field as keyof Place] : undefined;
    return typeof value === 'string' ? readAs(field, value) : [];
  };
  const known = Object.fromEntries(
    fields.map((field) => [field, new Set([...stated[field], ...worked(field)])]),
  ) as unknown as Values;
  const byKey = (pattern: RegExp): ByKey => {
    const entries = details.filter(([key, value]) => pattern.test(key) && value.length <= 300);
    const groups = Map.groupBy(entries, ([key]) => key);
    return new Map([...groups].map(([key, own]) => [key, new Set(own.map(([, value]) => value))]));
  };
  return {
    title: plainTitle(trigger.title),
    stated,
    known,
    keys: byKey(sourceKeys),
    labels: byKey(distinguishingKeys),
  };
}

const plain = (value: string): string => value.trim().toLowerCase();

const nodeIn = (value: string): string[] => (value.startsWith('Node/') ? [plain(value.slice('Node/'.length))] : []);

const environments: Readonly<Record<string, string>> = {
  prod: 'production',
  prd: 'production',
  live: 'production',
  stage: 'staging',
  stg: 'staging',
  dev: 'development',
};

function readAs(field: Field, value: string): string[] {
  if (field === 'environment') return [environments[plain(value)] ?? plain(value)];
  if (field !== 'workload') return [plain(value)];
  const [kind = '', name = ''] = value.split('/');
  return kind === 'Node' ? [] : [plain(ownerOf({ kind, name }).name)];
}

const shared = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean => [...a].some((value) => b.has(value));
const contradict = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean =>
  a.size > 0 && b.size > 0 && !shared(a, b);

const differInLabels = (a: ByKey, b: ByKey): boolean =>
  [...a].some(([key, values]) => contradict(values, b.get(key) ?? new Set()));

/** Whether the other alert, or the title that both share, contains every value of this field in the first alert. */
const covered = (one: Identity, other: Identity, field: Field): boolean => {
  const values = [...one.stated[field]];
  return values.length > 0 && values.every((value) => other.known[field].has(value) || isInTitle(other.title, value));
};

const isInTitle = (title: string, name: string): boolean => {
  const words = name.replace(/[^\p{L}\p{N}]+/gu, ' ').trim();
  return words.length >= 3 && ` ${title} `.includes(` ${words} `);
};
