// Extracts clues about service and place from an alert. Each row is a habit of one kind of alert (Alertmanager, Grafana, CloudWatch, New Relic,
// Datadog, kube-state-metrics), with its confidence. To add a habit, add a row and its example in the test.
import type { Trigger } from '../model/incident.ts';
import type { Clue, Field } from './clue.ts';

/** Shapes of valid names for each field; they exclude prose, markup and namespaces of other systems. */
const shapes: Record<Field, RegExp> = {
  service: /^[A-Za-z0-9](?:[\w.-]{0,198}[A-Za-z0-9])?$/,
  cluster: /^[A-Za-z0-9](?:[\w.-]{0,98}[A-Za-z0-9])?$/,
  environment: /^[A-Za-z][\w-]{0,40}$/,
  namespace: /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/,
  account: /^(?:\d{12}|[A-Za-z][\w-]{1,60})$/,
  region: /^[a-z]{2}(?:-[a-z]+){1,2}-\d$/,
  workload: /^[A-Z][A-Za-z]+\/[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?$/,
};

type Row = readonly [key: RegExp, field: Field, confidence: number, kind?: string];

/** Meaning of the last part of a dotted key, or of the key of a `key=value` pair. The first matching row wins. */
const keys: readonly Row[] = [
  [/^(?:kube_|eks_|k8s[._]?)?cluster(?:[._]?name)?$/i, 'cluster', 0.95],
  [/^(?:exported_|kube_|kubernetes_|k8s[._]?)?namespace(?:[._]?name)?$/i, 'namespace', 0.95],
  [/^(?:environment|env|stage|deployment[._]environment(?:[._]name)?)$/i, 'environment', 0.95],
  [/^(?:exported_|monitored_|destination_)?service(?:[._]?name)?$/i, 'service', 0.9],
  [/^(?:app|app_?name|application|app_kubernetes_io_name|destination_workload)$/i, 'service', 0.9],
  [/^(?:entity|entity[._]?name|component)$/i, 'service', 0.7],
  [/^container(?:[._]?name)?$/i, 'service', 0.5],
  // A Prometheus job is a scrape target, not a Kubernetes Job.
  [/^job$/i, 'service', 0.45],
  [/^(?:aws_?)?account(?:_?id)?$/i, 'account', 0.9],
  [/^(?:aws_?)?region$/i, 'region', 0.9],
  [/^(?:exported_|kube_|k8s[._]?)?cron_?job(?:[._]?name)?$/i, 'workload', 0.95, 'CronJob'],
  [/^(?:exported_|kube_|k8s[._]?)?deployment(?:[._]?name)?$/i, 'workload', 0.95, 'Deployment'],
  [/^(?:exported_|kube_|k8s[._]?)?stateful_?set(?:[._]?name)?$/i, 'workload', 0.95, 'StatefulSet'],
  [/^(?:exported_|kube_|k8s[._]?)?daemon_?set(?:[._]?name)?$/i, 'workload', 0.95, 'DaemonSet'],
  [/^(?:exported_)?(?:job_name|kube_job|k8s[._]job[._]name)$/i, 'workload', 0.93, 'Job'],
  [/^(?:exported_|kube_|k8s[._]?)?pod(?:[._]?name)?$/i, 'workload', 0.8, 'Pod'],
  [/^(?:exported_|kube_|k8s[._]?)?(?:node|host)(?:[._]?name)?$/i, 'workload', 0.5, 'Node'],
];

/** Exporters. Many alerts carry the labels of the exporter's own pod and service, which are not the affected ones. */
const measuring =
  /^(?:kube-state-metrics|(?:prometheus-)?node-exporter|kubelet|cadvisor|kube-prometheus-.+|[\w-]*blackbox-exporter|otel-collector)(?:-[\w-]+)?$/i;
const ofMeasuring = 0.3;

const word = '[a-z0-9](?:[-a-z0-9.]{0,60}[a-z0-9])?';
/** A name that is unlikely to be prose: `namespace/name`, quoted, or with a dash or digit. */
const named = `(?:["'\`](?:(${word})/)?(${word})["'\`]|(${word})/(${word})|((?=[a-z0-9.]*[-0-9])${word}))`;
const after = (words: string): RegExp => new RegExp(`\\b(?:${words})(?:\\s*[:=]\\s*|\\s+)${named}`, 'i');

/** Phrases in titles, summaries and links. `named` captures a namespace and a name. */
const phrases: readonly (readonly [pattern: RegExp, field: Field, confidence: number, kind?: string])[] = [
  [after('cron ?job|kubecronjob\\w*'), 'workload', 0.85, 'CronJob'],
  [after('(?<!cron )job|kubejob\\w*'), 'workload', 0.8, 'Job'],
  [after('deployment|kubedeployment\\w*'), 'workload', 0.85, 'Deployment'],
  [after('stateful ?set|kubestatefulset\\w*'), 'workload', 0.85, 'StatefulSet'],
  [after('daemon ?set|kubedaemonset\\w*'), 'workload', 0.85, 'DaemonSet'],
  [after('pods?|kubepod\\w*|kubecontainer\\w*'), 'workload', 0.75, 'Pod'],
  [after('nodes?|kubenode\\w*|kubelet'), 'workload', 0.5, 'Node'],
  [after('namespace'), 'namespace', 0.8],
  [after('cluster'), 'cluster', 0.8],
  [after('service'), 'service', 0.7],
  [new RegExp(`\\beks:[a-z0-9-]+:\\d{12}:cluster/()(${word})`, 'i'), 'cluster', 0.9],
  [new RegExp(`/clusters/()(${word})`, 'i'), 'cluster', 0.7],
  ...(
    [
      ['deployments', 'Deployment'],
      ['statefulsets', 'StatefulSet'],
      ['daemonsets', 'DaemonSet'],
      ['cronjobs', 'CronJob'],
      ['jobs', 'Job'],
      ['pods', 'Pod'],
    ] as const
  ).map(
    ([plural, kind]) =>
      [new RegExp(`/(?:namespaces|ns)/(${word})/${plural}/(${word})`, 'i'), 'workload', 0.85, kind] as const,
  ),
  [/\b(?=[a-z0-9-]+\.[a-z0-9-]+\.svc\b)()([a-z0-9-]{1,63})\./i, 'service', 0.5],
];
/** `checkout in namespace shop`, `checkout logs "…" in namespace shop`: the first name of the sentence, as people write it. */
const inNamespace = new RegExp(
  `(?:^|\\s)((?=[a-z0-9.-]*[-0-9])${word})(?: [^?!]{0,80})?? (?:in|of) (?:the )?namespace \\S`,
);
/** A title that begins with a name: `checkout-api: what is wrong?`, `checkout-api has a problem`. */
const atStart = new RegExp(`^((?=[a-z0-9.-]*[-0-9])${word})(?=[:,]? )`);
const kindWord =
  /\b(?:pods?|deployments?|jobs?|cron ?jobs?|nodes?|stateful ?sets?|daemon ?sets?|namespace|cluster|service|container)\s*$/i;
const arn = /\barn:aws[a-z-]*:[a-z0-9-]+:([a-z0-9-]*):(\d{12})?:/;
const pair = /([A-Za-z][\w.]{0,60})\s?[:=]\s?"?([A-Za-z0-9][\w.-]{0,199})/g;
/** `[PROD] …`, `(staging) …`, `prod: …`. */
const tagged = /^\W{0,3}([A-Za-z]{2,12})\s?[\]):]/;
const environments = /^(?:prod(?:uction)?|prd|stag(?:e|ing)|stg|dev(?:elopment)?|qa|uat|test|sandbox|preprod|live)$/i;

/** Longest text to search, in characters. */
const maxText = 2000;

/** All clues in the trigger about service and place, without judgement. Clues for one field may contradict each other. */
export function cluesOf(trigger: Pick<Trigger, 'title' | 'sourceService' | 'details'>): readonly Clue[] {
  const clues = [
    ...inDetails(trigger.details),
    ...inText(trigger.title, 'title', 1),
    ...inSentence(trigger.title),
    ...inTag(trigger.title),
  ];
  return trigger.sourceService === undefined ? clues : [...clues, ...inSourceService(trigger.sourceService, clues)];
}

function inDetails(details: Trigger['details']): Clue[] {
  const paths = Object.keys(details);
  return Object.entries(details).flatMap(([path, value]) => {
    const source = `details.${path}`;
    const at = path.lastIndexOf('.') + 1;
    const [parent, key] = [path.slice(0, at), path.slice(at)];
    // The label of the subject (`exported_pod`) takes precedence over the label of the scraped exporter (`pod`).
    const shadowed = paths.includes(`${parent}exported_${key}`);
    // CloudWatch and others: `{name: "ServiceName", value: "checkout"}`.
    const label = /^value$/i.test(key) ? (details[`${parent}name`] ?? details[`${parent}Name`]) : undefined;
    const clues = shadowed ? [] : [...byKey(label ?? key, value, source), ...(label ? [] : byKey(path, value, source))];
    return [...dedupe(clues), ...inText(value, source, 0.9)];
  });
}

function byKey(key: string, value: string, source: string, trust = 1): Clue[] {
  const row = keys.find(([pattern]) => pattern.test(key));
  if (!row) return [];
  const [, field, confidence, kind] = row;
  const named = kind === undefined ? value.trim() : `${kind}/${value.trim()}`;
  if (!shapes[field].test(named)) return [];
  return [{ field, value: named, source, confidence: (measuring.test(value) ? ofMeasuring : confidence) * trust }];
}

function inText(full: string, source: string, trust: number): Clue[] {
  const text = full.slice(0, maxText);
  const clues = [...text.matchAll(pair)].flatMap(([, key, value]) =>
    byKey(key ?? '', value ?? '', source, 0.9 * trust),
  );
  for (const [pattern, field, confidence, kind] of phrases) {
    const groups = pattern.exec(text)?.slice(1) ?? [];
    // Groups come in pairs of namespace and name. A name with a dash or digit has no namespace.
    const name = groups[1] ?? groups[3] ?? groups[4];
    if (name === undefined) continue;
    const namespace = groups[0] || groups[2];
    const value = kind === undefined ? name : `${kind}/${name}`;
    const found = { source, confidence: (measuring.test(name) ? ofMeasuring : confidence) * trust };
    if (shapes[field].test(value)) clues.push({ ...found, field, value });
    if (namespace && shapes.namespace.test(namespace)) clues.push({ ...found, field: 'namespace', value: namespace });
  }
  const [, region, account] = arn.exec(text) ?? [];
  const ofArn = { source, confidence: 0.85 * trust };
  if (region && shapes.region.test(region)) clues.push({ ...ofArn, field: 'region', value: region });
  if (account) clues.push({ ...ofArn, field: 'account', value: account });
  return dedupe(clues);
}

/** The name that a sentence is about, if no word before it says what kind of thing it names. */
function inSentence(title: string): Clue[] {
  const [match, at] = [inNamespace.exec(title), atStart.exec(title)];
  const found = match ?? at;
  const name = found?.[1];
  if (!found || name === undefined || !shapes.service.test(name)) return [];
  const before = title.slice(0, found.index + found[0].indexOf(name));
  return kindWord.test(before) ? [] : [{ field: 'service', value: name, source: 'the title', confidence: 0.65 }];
}

function inTag(title: string): Clue[] {
  const tag = tagged.exec(title)?.[1];
  return tag && environments.test(tag)
    ? [{ field: 'environment', value: tag.toLowerCase(), source: 'the tag of the title', confidence: 0.8 }]
    : [];
}

/** Names of PagerDuty services that stand for a team or a rota, not for a service. */
const genericNames =
  /^(?:on[- ]?call|default(?: service)?|alerts?|incidents?|pager|operations|ops|sre|infra(?:structure)?|platform|monitoring|production|kubernetes|primary|all)(?: (?:team|alerts?|on[- ]?call))?$/i;

/** The PagerDuty service's name is a weak clue, because teams also page under the name of a team or a whole namespace. */
function inSourceService(text: string, clues: readonly Clue[]): Clue[] {
  const source = 'the PagerDuty service';
  const isTeam = genericNames.test(text.trim());
  const words = text.split(/[^A-Za-z0-9._-]+/).filter((one) => one !== '');
  const environment = words.find((one) => environments.test(one));
  const service = words.find((one) => shapes.service.test(one) && !environments.test(one));
  const isNamespace = clues.some((clue) => clue.field === 'namespace' && clue.value === service);
  return [
    ...(service && !isNamespace
      ? [{ field: 'service' as const, value: service, source, confidence: isTeam ? 0.2 : 0.55 }]
      : []),
    ...(environment
      ? [{ field: 'environment' as const, value: environment.toLowerCase(), source, confidence: 0.7 }]
      : []),
  ];
}

/** Keeps the best of equal clues from one source. */
function dedupe(clues: readonly Clue[]): Clue[] {
  const best = new Map<string, Clue>();
  for (const clue of clues) {
    const key = `${clue.field} ${clue.value}`;
    const before = best.get(key);
    if (!before || before.confidence < clue.confidence) best.set(key, clue);
  }
  return [...best.values()];
}
