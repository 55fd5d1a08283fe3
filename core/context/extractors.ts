// Extracts clues about service and place from an alert. Each row is a habit of one kind of alert (Alertmanager, Grafana, CloudWatch, New Relic,
// Datadog, kube-state-metrics), with its confidence. To add a habit, add a row and its example in the test.
import type { Trigger } from '../model/incident.ts';
import { awsClues, isMetricOfStore, isResourceDimension, namesCluster, storeDimension } from './aws-clues.ts';
import type { Clue, Field } from './clue.ts';

/** Shapes of valid names for each field; they exclude prose, markup and namespaces of other systems. */
const shapes: Record<Field, RegExp> = {
  service: /^[A-Za-z0-9](?:[\w.-]{0,198}[A-Za-z0-9])?$/,
  cluster: /^[A-Za-z0-9](?:[\w.-]{0,98}[A-Za-z0-9])?$/,
  environment: /^[A-Za-z][\w-]{0,40}$/,
  namespace: /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/,
  account: /^(?:\d{12}|[A-Za-z][\w-]{1,60})$/,
  // AWS, Google Cloud, Azure.
  region:
    /^(?:[a-z]{2}(?:-[a-z]+){1,2}-\d|(?:us|europe|asia|australia|northamerica|southamerica|africa|me)-[a-z]+\d{1,2}|(?:north|south|east|west|central|southeast|northeast)*(?:us|europe|asia|india|australia)\d?|(?:uk|france|germany|japan|korea|brazil|canada|norway|switzerland|sweden|uae)(?:north|south|east|west|central|westcentral|southeast)\d?)$/,
  workload: /^[A-Z][A-Za-z]+\/[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?$/,
};

/** `affix` is a part of the value that belongs to the kind of thing and not to its name. */
type Row = readonly [key: RegExp, field: Field, confidence: number, kind?: string | undefined, affix?: RegExp];

/** Meaning of the last part of a dotted key, or of the key of a `key=value` pair. The first matching row wins. */
const keys: readonly Row[] = [
  [/^(?:kube_|eks_|kubernetes[._]|k8s[._]?|orchestrator[._])?cluster(?:[._ ]?name)?$/i, 'cluster', 0.95],
  [/^(?:exported_|kube_|kubernetes[._]|k8s[._]?)?namespace(?:[._ ]?name)?$/i, 'namespace', 0.95],
  [/^(?:(?:deployment[._])?environment|env|stage)(?:[._ ]?name)?$/i, 'environment', 0.95],
  [/^(?:exported_|monitored_|destination_|sloth_|consul_)?service(?:[._ ]?name)?$/i, 'service', 0.9],
  [/^(?:app|application|destination_workload|app[._]kubernetes[._]io[._/]name)(?:[._ ]?name)?$/i, 'service', 0.9],
  [/^(?:(?:impacted[._ ]?)?entit(?:y|ies)(?:[._ ]?names?)?(?:\.\d+)?|targets\.\d+\.name|component)$/i, 'service', 0.7],
  [/^(?:faas[._])?function[._ ]?name$/i, 'service', 0.75],
  [/^project(?:[._ ]?(?:name|slug))?$/i, 'service', 0.55],
  [/^container(?:[._]?name)?$/i, 'service', 0.5],
  // A Prometheus job is a scrape target, not a Kubernetes Job.
  [/^job$/i, 'service', 0.45],
  [/^(?:aws[._]?|cloud[._])?account(?:[._ ]?(?:id|number))?$/i, 'account', 0.9],
  [/^(?:aws[._]?|cloud[._])?region$/i, 'region', 0.9],
  // Google Cloud's monitored resources; a zone is its region and a letter.
  [/^(?:labels\.location|(?:cloud[._])?availability[-._ ]?zone)$/i, 'region', 0.85, undefined, /(?<=\d)-?[a-f]$/],
  [
    /^(?:exported_|kube_)?(?:horizontalpodautoscaler|hpa)(?:[._]?name)?$/i,
    'service',
    0.75,
    undefined,
    /^keda-hpa-|-(?:hpa|autoscaler)$/,
  ],
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
  /^(?:[\w.-]+-)?(?:kube-?state-metrics|ksm|kubelet|cadvisor|otel-collector|blackbox|(?:node|redis|postgres(?:ql)?|mysqld?|kafka|rabbitmq|mongodb|elasticsearch|nginx|jmx|statsd|cloudwatch|snmp|process|windows|dcgm)-?exporter)(?:-[\w-]+)?$|^kube-prometheus-.+$/i;
/** Exporters of things that are in no namespace. */
const ofMachines = /(?:node|windows|snmp|process|blackbox)-?(?:exporter)?/i;
/** Alerts about an exporter itself, or about the monitoring. */
const aboutMeasuring =
  /down\b|absent|missing|scrape|target|exporter|kube-?state-?metrics|kubelet|cadvisor|collector|prometheus|\bup\b/i;
const ofMeasuring = 0.3;

const word = '[a-z0-9](?:[-a-z0-9.]{0,60}[a-z0-9])?';
/** A name that is unlikely to be prose: `namespace/name`, quoted, or with a dash or digit. */
const named = `(?:["'\`](?:(${word})/)?(${word})["'\`]|(${word})/(${word})|((?=[a-z0-9.]*[-0-9])${word}))`;
const after = (words: string): RegExp => new RegExp(`(?<![\\w.-])(?:${words})(?:\\s*[:=]\\s*|\\s+)${named}`, 'i');

/** Phrases in titles, summaries and links. `named` captures a namespace and a name. */
const phrases: readonly (readonly [pattern: RegExp, field: Field, confidence: number, kind?: string])[] = [
  [after('cron ?job|kubecronjob\\w*'), 'workload', 0.85, 'CronJob'],
  // `job=` is Prometheus' label.
  [after('(?<!cron )job(?! ?=)|kubejob\\w*'), 'workload', 0.8, 'Job'],
  [after('deployment|kubedeployment\\w*'), 'workload', 0.85, 'Deployment'],
  [after('stateful ?set|kubestatefulset\\w*'), 'workload', 0.85, 'StatefulSet'],
  [after('daemon ?set|kubedaemonset\\w*'), 'workload', 0.85, 'DaemonSet'],
  [after('pods?|kubepod\\w*|kubecontainer\\w*'), 'workload', 0.75, 'Pod'],
  [after('nodes?|kubenode\\w*|kubelet'), 'workload', 0.5, 'Node'],
  [after('namespace'), 'namespace', 0.8],
  [after('cluster'), 'cluster', 0.8],
  [after('service|application'), 'service', 0.7],
  // Argo CD.
  [new RegExp(`\\bapplication ()(${word})(?= has degraded| has been|,? sync)`, 'i'), 'service', 0.7],
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
const atStart = new RegExp(
  `^((?=[a-z0-9.-]*[-0-9])${word})(?=[:,]? )|^(?:\\[[^\\]]*\\] ?)+((?=[a-z0-9.-]*-)${word})(?=: )`,
);
/** Parts of the names of alarms. */
const ofAlarm =
  /(?:^|[-_.])(?:alarm|alert|count|cpu|disk|down|errors?|fail(?:ed|ures?)|full|high|lag|latency|low|memory|rate|slow|too|usage|\dxx)(?:$|[-_.])/;
/** `deploy » main - #412 Failure`: a job of a build server. */
const ofBuild = /^\S+(?: » \S+)* (?:- )?#\d+ /;
const kindWord =
  /\b(?:pods?|deployments?|jobs?|cron ?jobs?|nodes?|stateful ?sets?|daemon ?sets?|namespace|cluster|service|container)\s*$/i;
/** The key is a word of its own: in `orders-service: latency above …` nothing is called `latency`. */
const pair = /(?<![\w.-])([A-Za-z][\w./]{0,60})["']?\s?[:=]\s?["'`]?([A-Za-z0-9][\w.-]{0,199})/g;
/** `[PROD] …`, `(staging) …`, `prod: …`. */
const tagged = /^\W{0,3}([A-Za-z]{2,12})\s?[\]):]/;
const environments = /^(?:prod(?:uction)?|prd|stag(?:e|ing)|stg|dev(?:elopment)?|qa|uat|test|sandbox|preprod|live)$/i;

/** `(namespace edge)`, `in namespace edge`, `in the edge namespace`. */
const plainNamespace =
  /\b(?:\(|in |of |from )(?:the )?namespace ([a-z0-9][-a-z0-9]{1,62})\b|\bin the ([a-z0-9][-a-z0-9]{1,62}) namespace\b|(?<=\()namespace ([a-z0-9][-a-z0-9]{1,62})(?=\))/;
const prose: ReadonlySet<string> = new Set(
  (
    'a all an and any are as at be been by check for from had has have here how if in is it its many no not of on one or our please same see several ' +
    'some that the their there these this to under was we were what when where which while who with your'
  ).split(' '),
);
/** What templates and agents write where they have no value. */
const placeholder =
  /^(?:in-cluster|unknown|none|null|nil|undefined|n[/-]?a|tbd|empty|unset|not[-_ ]?(?:set|available|applicable|found)|no[-_ ]?value|all|any|other|true|false)$/i;
/** What an alert in plain words is about: `An alert triggered on checkout-gw`, `Error rate of search-api`. */
const subjects = /\b(?:on|for|of|from|(?<!claimed )by) (?:the )?([a-z][a-z0-9]*(?:-[a-z0-9]+)+)(?![\w-]|[.:/@]\S)/g;
/** Words with a dash that are no names. */
const isSubject = (name: string): boolean =>
  !measuring.test(name) &&
  !/^(?:ip|i|vpc|subnet|sg|vol|eni|ami|team|squad)-|-(?:team|squad)$|-(?:of|to|the|a|an|call|hour|minute|second|day|time|level|side)(?:-|$)|^[a-z]{2}-[a-z]+-\d/.test(
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
  const subjects = withoutExporters(trigger, all);
  return [...subjects, ...inNames(trigger, subjects)];
}

/**
 * An exporter is the subject only of alerts about exporters. Otherwise its own service and pod are dropped; with a Node as the only subject the
 * namespace goes too, because a node has none and the exporter's was attached.
 */
function withoutExporters({ title, details }: Pick<Trigger, 'title' | 'details'>, clues: readonly Clue[]): Clue[] {
  const isExporter = ({ field, value }: Clue) =>
    (field === 'service' || (field === 'workload' && /^(?:Pod|Job)\//.test(value))) &&
    measuring.test(value.replace(/^(?:Pod|Job)\//, ''));
  const others = clues.filter((clue) => !isExporter(clue));
  const alertNames = Object.entries(details).flatMap(([path, value]) =>
    alarm.test(path) ? [value] : (/\balert_?name["']?\s?[:=]\s?["'`]?([\w.-]+)/i.exec(value)?.[1] ?? []),
  );
  // A default title lists the labels in parentheses.
  const about = [title.replace(/\([^)]*\)?/g, ' '), ...alertNames].join(' ');
  if (others.length === clues.length || aboutMeasuring.test(about)) return [...clues];
  const kinds = new Set(others.flatMap(({ field, value }) => (field === 'workload' ? [value.split('/')[0]] : [])));
  const isOfMachine = kinds.has('Node') || clues.some((clue) => isExporter(clue) && ofMachines.test(clue.value));
  const isOfNode = isOfMachine && kinds.size <= (kinds.has('Node') ? 1 : 0) && !/volume/i.test(JSON.stringify(details));
  return others.filter(({ field }) => !isOfNode || field !== 'namespace');
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

/** Keys that mean something else in the format of one system, which the key `beside` tells. */
const foreign: readonly { readonly names: RegExp; readonly beside: RegExp }[] = [
  // EventBridge: the product of AWS that the event is about.
  { names: /(?:^|\.)detail\.service(?:\.|$)/, beside: /(?:^|\.)detail-type$/ },
  // Splunk: the app of Splunk that holds the search.
  { names: /(?:^|\.)app$/, beside: /(?:^|\.)search_name$/ },
  // New Relic: the customer's account there.
  {
    names: /(?:^|\.)account(?:_?name)?$/i,
    beside: /(?:^|\.)(?:nrql\w*|(?:alert_?)?(?:condition|policy)_?names?)(?:\.|$)/i,
  },
];

function inDetails(details: Trigger['details']): Clue[] {
  const paths = Object.keys(details);
  const ofStore = isMetricOfStore(Object.values(details));
  return Object.entries(details).flatMap(([path, value]) => {
    const source = `details.${path}`;
    const at = path.lastIndexOf('.') + 1;
    const [parent, key] = [path.slice(0, at), path.slice(at)];
    // The label of the subject (`exported_pod`) takes precedence over the label of the scraped exporter (`pod`).
    const shadowed = paths.includes(`${parent}exported_${key}`);
    const label = labelBeside(details, parent, key);
    const names = label === undefined ? endings(path) : [label];
    const isForeign = foreign.some(({ beside, names }) => names.test(path) && paths.some((one) => beside.test(one)));
    const clues =
      shadowed || isForeign
        ? []
        : names.flatMap((name) => byKey(ofStore && namesCluster(name) ? storeDimension : name, value, source));
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
  const [, field, confidence, kind, affix] = row;
  const [whole, environment] = field === 'service' ? withEnvironment(value.trim()) : [value.trim()];
  const name = affix ? whole.replace(affix, '') : whole;
  const named = kind === undefined ? name : `${kind}/${name}`;
  if (!shapes[field].test(named) || placeholder.test(name)) return [];
  if (field === 'service' && machine.test(name)) return [];
  if (/^component$/i.test(key) && ofMachine.test(name)) return [];
  if (/^job$/i.test(key) && ofScrapes.test(name)) return [];
  return [
    { field, value: named, source, confidence: (measuring.test(name) ? ofMeasuring : confidence) * trust },
    ...(environment === undefined
      ? []
      : [{ field: 'environment' as const, value: environment.toLowerCase(), source, confidence: 0.8 * trust }]),
  ];
}

/** Components of a machine. */
const ofMachine = /^(?:cpu|disks?|filesystems?|hardware|health|interfaces?|memory|network|os|storage|swap|system)$/i;
/** Jobs of Prometheus' usual configurations that scrape many services. */
const ofScrapes = /^(?:nodes?|kubernetes-[\w-]+|federate|push-?gateway|probes?|targets?)$/i;
/** An address or the name of a machine, which is no service. */
const machine = /^(?:ip-\d+(?:-\d+){3}|i-[0-9a-f]{8,17}$|\d+(?:\.\d+){3}$)|\.(?:internal|local|lan)$/i;

/** `checkout (prod)`, as applications are called in New Relic. */
function withEnvironment(value: string): [name: string, environment?: string | undefined] {
  const [, name, environment] = /^(\S+) ?[([]([A-Za-z]+)[)\]]$/.exec(value) ?? [];
  return name !== undefined && environment !== undefined && environments.test(environment)
    ? [name, environment]
    : [value];
}

/** `env:prod, service:checkout`: labels and nothing else. */
const tagList = /^[A-Za-z][\w./-]*[:=][^\s,]+(?:\s*,\s*[\w./-]+(?:[:=][^\s,]*)?)*$/;
/** The place from which a synthetic check runs. */
const probe = /\b(?:probe|check|monitor)[ _-]?(?:dc|location|region)s?\b["']?\s?[:=]?\s?\S*/gi;

/** Without the exporter's own labels where the subject's stand beside them (`exported_pod` and `pod`). */
function withoutShadowed(text: string): string {
  const names = new Set([...text.matchAll(/\bexported_([a-z_]{1,40})\b/g)].map(([, name]) => name));
  return names.size === 0
    ? text
    : text.replaceAll(new RegExp(`(?<![\\w.-])(?:${[...names].join('|')})\\W{0,3}[:=]\\W{0,3}\\S+`, 'g'), ' ');
}

function inText(full: string, source: string, trust: number): Clue[] {
  const text = withoutShadowed(full.slice(0, maxText).replaceAll(probe, ' '));
  const ofPair = tagList.test(text) ? 1 : 0.9 * trust;
  const pairs = [...text.matchAll(pair)].map(([whole, key = '', value = '']) => ({
    key,
    value,
    isLabel: whole.includes('='),
  }));
  const clues = pairs
    // In prose an account may be anybody's.
    .filter(
      ({ key, value, isLabel }) =>
        (isLabel || !prose.has(value.toLowerCase())) && (!/account/i.test(key) || /[-_\d]/.test(value)),
    )
    .flatMap(({ key, value }) => byKey(key, value, source, ofPair));
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
  if (ofBuild.test(title)) return [];
  const [match, at] = [inNamespace.exec(title), atStart.exec(title)];
  const found = match ?? at;
  const name = found?.[1] ?? found?.[2];
  if (!found || name === undefined || !shapes.service.test(name) || ofAlarm.test(name)) return [];
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
    'astreinte bereitschaft guardia akamai aks alarm alarms alert alerting alertmanager alerts all api apis app appdynamics application apps argocd aws azure bridge ' +
    'bugsnag catchpoint checkly checkmk cloud cloudflare cloudwatch cluster coralogix critical data database ' +
    'datadog db default devops dynatrace ec2 ecs eks elastic elb fastly filesystem gcp gcs ' +
    'generic github gitlab gke global grafana helpdesk heroku high honeycomb icinga incident incidents infra ' +
    'infrastructure instana integration internal jenkins k8s kibana kubernetes lightstep logicmonitor loki low main ' +
    'mimir misc monitor monitoring nagios network newrelic noc nr observability on-call oncall openshift operations ops opsgenie os p1 ' +
    'p2 p3 page pager pagerduty pingdom platform primary production prometheus prtg rancher rds rollbar rota s3 secops security sensu ' +
    'sentry server servers service services sev1 sev2 shared site site24x7 slack slo slos sns soc solarwinds splunk sqs squad squadcast sre staging ' +
    'statuscake statuspage sumologic support synthetics system team teams test thanos thousandeyes uptime uptimerobot ' +
    'urgent vercel victorops warning web website zabbix'
  ).split(' '),
);
/** Words that name no service alone, but may together with others (`email-service`). */
const generalAlone: ReadonlySet<string> = new Set(
  'backend business core customer cpu disk email error errors event events forward heartbeat host hosts hours lambda logs mail memory metrics storage tier traces'.split(
    ' ',
  ),
);
/** Products, written as people write them; in small letters they may well be the name of a service. */
const products =
  /^(?:Cassandra|Consul|Databases|Elasticsearch|Istio|Kafka|Memcached|MongoDB|MySQL|Nginx|OpenSearch|Postgres(?:QL)?|RabbitMQ|Redis|Traefik|Vault)$/;
const isGeneral = (name: string): boolean =>
  products.test(name) ||
  general.has(name.toLowerCase()) ||
  generalAlone.has(name.toLowerCase()) ||
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
