// Extracts clues about service and place from an alert. Each row is a habit of one kind of alert (Alertmanager, Grafana, CloudWatch, New Relic,
// Datadog, kube-state-metrics), with its confidence. To add a habit, add a row and its example in the test.
import type { Trigger } from '../model/incident.ts';
import { awsClues, isResourceDimension } from './aws-clues.ts';
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
  [/^(?:kube_|eks_|kubernetes[._]|k8s[._]?|orchestrator[._])?cluster(?:[._ ]?name)?$/i, 'cluster', 0.95],
  [/^(?:exported_|kube_|kubernetes[._]|k8s[._]?)?namespace(?:[._ ]?name)?$/i, 'namespace', 0.95],
  [/^(?:(?:deployment[._])?environment|env|stage)(?:[._ ]?name)?$/i, 'environment', 0.95],
  [/^(?:exported_|monitored_|destination_)?service(?:[._ ]?name)?$/i, 'service', 0.9],
  [/^(?:app|application|destination_workload|app[._]kubernetes[._]io[._/]name)(?:[._ ]?name)?$/i, 'service', 0.9],
  [/^(?:(?:impacted[._ ]?)?entit(?:y|ies)(?:[._ ]?names?)?(?:\.\d+)?|targets\.\d+\.name|component)$/i, 'service', 0.7],
  [/^(?:faas[._])?function[._ ]?name$/i, 'service', 0.75],
  [/^project(?:[._ ]?(?:name|slug))?$/i, 'service', 0.55],
  [/^container(?:[._]?name)?$/i, 'service', 0.5],
  // A Prometheus job is a scrape target, not a Kubernetes Job.
  [/^job$/i, 'service', 0.45],
  [/^(?:aws[._]?|cloud[._])?account(?:[._ ]?(?:id|number))?$/i, 'account', 0.9],
  [/^(?:aws[._]?|cloud[._])?region$/i, 'region', 0.9],
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
const after = (words: string): RegExp => new RegExp(`(?<![\\w.-])(?:${words})(?:\\s*[:=]\\s*|\\s+)${named}`, 'i');

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
/** The key is a word of its own: in `orders-service: latency above …` nothing is called `latency`. */
const pair = /(?<![\w.-])([A-Za-z][\w./]{0,60})["']?\s?[:=]\s?["']?([A-Za-z0-9][\w.-]{0,199})/g;
/** `[PROD] …`, `(staging) …`, `prod: …`. */
const tagged = /^\W{0,3}([A-Za-z]{2,12})\s?[\]):]/;
const environments = /^(?:prod(?:uction)?|prd|stag(?:e|ing)|stg|dev(?:elopment)?|qa|uat|test|sandbox|preprod|live)$/i;

/** `(namespace edge)`, `in namespace edge`, `in the edge namespace`. */
const plainNamespace =
  /\b(?:\(|in |of |from )(?:the )?namespace ([a-z0-9][-a-z0-9]{1,62})\b|\bin the ([a-z0-9][-a-z0-9]{1,62}) namespace\b|(?<=\()namespace ([a-z0-9][-a-z0-9]{1,62})(?=\))/;
const prose: ReadonlySet<string> = new Set([
  'is',
  'has',
  'was',
  'are',
  'and',
  'with',
  'that',
  'where',
  'which',
  'same',
  'this',
]);
/** What an alert in plain words is about: `An alert triggered on checkout-gw`, `Error rate of search-api`. */
const subjects = /\b(?:on|for|of|from|by) (?:the )?([a-z][a-z0-9]*(?:-[a-z0-9]+)+)\b(?![.:/@]\S)/g;
/** Words with a dash that are no names. */
const isSubject = (name: string): boolean =>
  !measuring.test(name) &&
  !/^(?:ip|i|vpc|subnet|sg|vol|eni|ami)-|-(?:of|to|the|a|an|call|hour|minute|second|day|time|level|side)(?:-|$)|^[a-z]{2}-[a-z]+-\d/.test(
    name,
  );

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
  const all =
    trigger.sourceService === undefined ? clues : [...clues, ...inSourceService(trigger.sourceService, clues)];
  return [...all, ...inNames(trigger, all)];
}

/** Names of places and alarms often carry the environment (`prod-use1-a`). The clue is too weak to act on. */
const ofName = 0.45;
const inName = /(?:^|[-_./])(prod|production|prd|staging|stg|preprod|uat)(?=$|[-_./\d])/i;
const alarm = /(?:^|\.)(?:alarm[._ ]?name|alert[._ ]?name|monitor[._ ]?name|condition[._ ]?name|policy[._ ]?name)$/i;

function inNames({ title, details }: Pick<Trigger, 'title' | 'details'>, clues: readonly Clue[]): Clue[] {
  const places = clues.filter(({ field }) => field === 'cluster' || field === 'namespace' || field === 'account');
  const alarms = Object.entries(details).filter(([path]) => alarm.test(path));
  const names = [
    ...places.map(({ value, source }) => [value, source] as const),
    ...alarms.map(([path, value]) => [value, `details.${path}`] as const),
    ...title.split(/[\s"'`()[\]{},;:]+/).map((word) => [word, 'a name in the title'] as const),
  ];
  return dedupe(
    names.flatMap(([name, source]) => {
      const value = /[-_./]/.test(name) ? inName.exec(name)?.[1] : undefined;
      return value === undefined
        ? []
        : [{ field: 'environment' as const, value: value.toLowerCase(), source, confidence: ofName }];
    }),
  );
}

function inDetails(details: Trigger['details']): Clue[] {
  const paths = Object.keys(details);
  return Object.entries(details).flatMap(([path, value]) => {
    const source = `details.${path}`;
    const at = path.lastIndexOf('.') + 1;
    const [parent, key] = [path.slice(0, at), path.slice(at)];
    // The label of the subject (`exported_pod`) takes precedence over the label of the scraped exporter (`pod`).
    const shadowed = paths.includes(`${parent}exported_${key}`);
    const label = labelBeside(details, parent, key);
    const names = label === undefined ? endings(path) : [label];
    const clues = shadowed ? [] : names.flatMap((name) => byKey(name, value, source));
    return [...dedupe(clues), ...inText(value, source, 0.9)];
  });
}

/** The name that an alert gives beside its value: `{name: "ServiceName", value: "checkout"}` (CloudWatch), `["env", "prod"]` (Sentry). */
function labelBeside(details: Trigger['details'], parent: string, key: string): string | undefined {
  if (/^value$/i.test(key))
    return ['name', 'Name', 'key', 'Key', 'label', 'title'].map((one) => details[`${parent}${one}`]).find((one) => one);
  return key === '1' && details[`${parent}2`] === undefined ? details[`${parent}0`] : undefined;
}

/** `a.b.c` ends in `c`, `b.c` and `a.b.c`. */
function endings(path: string): string[] {
  const parts = path.split('.');
  return [1, 2, 3, 4].filter((length) => length <= parts.length).map((length) => parts.slice(-length).join('.'));
}

const ofDimension: Row = [/./, 'service', 0.75];

function byKey(key: string, value: string, source: string, trust = 1): Clue[] {
  const row = keys.find(([pattern]) => pattern.test(key)) ?? (isResourceDimension(key) ? ofDimension : undefined);
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
  const words = plainNamespace.exec(text);
  const namespace = words?.slice(1).find((one) => one !== undefined);
  if (namespace !== undefined && !prose.has(namespace))
    clues.push({ source, confidence: 0.7 * trust, field: 'namespace', value: namespace });
  const subject = [...text.matchAll(subjects)].map(([, name]) => name).find((name) => name && isSubject(name));
  if (subject !== undefined) clues.push({ source, confidence: 0.5 * trust, field: 'service', value: subject });
  return dedupe([...clues, ...awsClues(text, source, trust)]);
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

/** The PagerDuty service's name is a weak clue, because teams also page under the name of a team or a whole namespace. */
function inSourceService(text: string, clues: readonly Clue[]): Clue[] {
  const source = 'the PagerDuty service';
  const words = text.split(/[^A-Za-z0-9._-]+/).filter((one) => one !== '');
  const environment = words.find((one) => environments.test(one));
  const service = serviceIn(words.filter((one) => !environments.test(one)));
  const isNamespace = clues.some((clue) => clue.field === 'namespace' && clue.value === service);
  return [
    ...(service && !isNamespace ? [{ field: 'service' as const, value: service, source, confidence: 0.55 }] : []),
    ...(environment
      ? [{ field: 'environment' as const, value: environment.toLowerCase(), source, confidence: 0.7 }]
      : []),
  ];
}

/** Words for monitoring, providers, teams and kinds of systems, which name no service. */
const general: ReadonlySet<string> = new Set(
  (
    'alert alerts alerting alarm alarms api apis app application apps aws azure bridge cloud cloudwatch cluster critical data database datadog db ' +
    'default devops dynatrace eks gcp generic global grafana high incident incidents infra infrastructure integration internal k8s kubernetes low ' +
    'main misc operations rota production all monitor monitoring network newrelic nr observability oncall on-call ops opsgenie page pager pagerduty platform primary prometheus sentry ' +
    'server servers service services shared site slack splunk squad sre staging support system team teams test web website zabbix nagios warning'
  ).split(' '),
);
const isGeneral = (name: string): boolean =>
  general.has(name.toLowerCase()) ||
  name
    .toLowerCase()
    .split(/[-_.]/)
    .every((part) => part === '' || general.has(part));

/** One word may be the service; among several, one that is written like a name. */
function serviceIn(words: readonly string[]): string | undefined {
  const names = words.filter((one) => shapes.service.test(one) && !isGeneral(one));
  return words.length === 1 ? names[0] : names.find((one) => /[a-z0-9][-_][a-z0-9]/i.test(one));
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
