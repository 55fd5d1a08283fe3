// Where an alert says what it is about. Each extractor is one habit of one kind of alert, with how far it can be trusted; adding a habit is
// adding a row and its example.
import type { Trigger } from '../model/incident.ts';

export type Field = 'service' | 'cluster' | 'environment' | 'namespace' | 'account' | 'region' | 'workload';

export interface Clue {
  readonly field: Field;
  readonly value: string;
  /** Where it was read, for people: `details.labels.namespace`. */
  readonly source: string;
  /** 0 to 1. */
  readonly confidence: number;
}

/** Keys that mean a field, most trustworthy first; matched against the last part of a dotted key. */
const keys: readonly (readonly [pattern: RegExp, field: Field, confidence: number])[] = [
  [/^(?:cluster|cluster_?name|k8s[._]cluster[._]name|clustername|eks_cluster)$/i, 'cluster', 0.95],
  [
    /^(?:namespace|kubernetes_namespace|k8s[._]namespace[._]name|exported_namespace|kube_namespace)$/i,
    'namespace',
    0.95,
  ],
  [/^(?:environment|env|stage|deployment[._]environment)$/i, 'environment', 0.95],
  [
    /^(?:service|service_?name|app|application|app_kubernetes_io_name|destination_service_name|appname|monitored_service)$/i,
    'service',
    0.9,
  ],
  [/^(?:account|account_?id|aws_?account(?:_?id)?)$/i, 'account', 0.9],
  [/^(?:region|aws_?region)$/i, 'region', 0.9],
];

/** Labels that name a workload, and its kind. */
const workloadKeys: readonly (readonly [pattern: RegExp, kind: string, confidence: number])[] = [
  [/^(?:cronjob|cron_job)$/i, 'CronJob', 0.95],
  [/^(?:deployment|exported_deployment)$/i, 'Deployment', 0.95],
  [/^statefulset$/i, 'StatefulSet', 0.95],
  [/^daemonset$/i, 'DaemonSet', 0.95],
  [/^(?:job_name|kube_job|job)$/i, 'Job', 0.7],
  [/^(?:pod|pod_?name|exported_pod)$/i, 'Pod', 0.8],
  [/^(?:node|node_?name|instance_node)$/i, 'Node', 0.7],
];

const name = '([a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)';
/** Turns of phrase in titles and summaries. */
const phrases: readonly (readonly [pattern: RegExp, field: Field, kind: string | undefined, confidence: number])[] = [
  [new RegExp(`\\bcron ?job\\s+(?:["'\`])?(?:${name}/)?${name}`, 'i'), 'workload', 'CronJob', 0.85],
  [
    new RegExp(`\\b(?:kubernetes )?job\\s+["'\`]?(?:${name}/)?${name}["'\`]?\\s+(?:has\\s+)?failed`, 'i'),
    'workload',
    'Job',
    0.8,
  ],
  [new RegExp(`\\bdeployment\\s+["'\`]?(?:${name}/)?${name}`, 'i'), 'workload', 'Deployment', 0.8],
  [
    new RegExp(`\\bpods?\\s+["'\`]?(?:${name}/)?${name}-[bcdfghjklmnpqrstvwxz2456789]{5}\\b`, 'i'),
    'workload',
    'Pod',
    0.7,
  ],
];
/** A name after a colon or equals sign, or, after a mere space, one that looks like a name and not like a word: quoted, or with a dash or digit. */
const named = (word: string): RegExp =>
  new RegExp(
    `\\b${word}(?:\\s*[:=]\\s*["'\`]?${name}|\\s+["'\`]${name}|\\s+((?=[a-z0-9.-]*[-0-9])[a-z0-9][a-z0-9.-]{0,251}[a-z0-9]))`,
    'i',
  );
const inWords: readonly (readonly [pattern: RegExp, field: Field, confidence: number])[] = [
  [named('namespace'), 'namespace', 0.8],
  [named('cluster'), 'cluster', 0.8],
  [named('env(?:ironment)?'), 'environment', 0.8],
  [named('service'), 'service', 0.7],
];
const arn = /\barn:aws[a-z-]*:[a-z0-9-]+:([a-z0-9-]*):(\d{12})?:/;
const eksCluster = /\barn:aws[a-z-]*:eks:[a-z0-9-]+:\d{12}:cluster\/([A-Za-z0-9-]{1,100})/;

/** Everything the trigger says about who and where, unjudged: several clues for one field may contradict each other. */
export function cluesOf(trigger: Pick<Trigger, 'title' | 'sourceService' | 'details'>): readonly Clue[] {
  const clues: Clue[] = [];
  for (const [path, value] of Object.entries(trigger.details)) {
    const source = `details.${path}`;
    const key = path.split('.').at(-1) ?? path;
    const short = value.trim();
    if (isName(short)) {
      for (const [pattern, field, confidence] of keys) {
        if (pattern.test(key) || pattern.test(path)) clues.push({ field, value: short, source, confidence });
      }
      for (const [pattern, kind, confidence] of workloadKeys) {
        if (pattern.test(key)) clues.push({ field: 'workload', value: `${kind}/${short}`, source, confidence });
      }
    }
    clues.push(...cluesInText(value, source, 0.9));
  }
  clues.push(...cluesInText(trigger.title, 'title', 1));
  if (trigger.sourceService) {
    const service = /^([A-Za-z0-9][\w.-]*)/.exec(trigger.sourceService)?.[1];
    // Teams often page under the name of a whole namespace: then it is no service.
    const isNamespace = clues.some((clue) => clue.field === 'namespace' && clue.value === service);
    if (service && !isNamespace) {
      clues.push({ field: 'service', value: service, source: 'the PagerDuty service', confidence: 0.55 });
    }
    clues.push(...cluesInText(trigger.sourceService, 'the PagerDuty service', 0.8));
  }
  return clues;
}

function cluesInText(full: string, source: string, trust: number): Clue[] {
  const text = full.slice(0, 2000);
  const clues: Clue[] = [];
  for (const [pattern, field, kind, confidence] of phrases) {
    const match = pattern.exec(text);
    if (!match?.[2]) continue;
    if (match[1]) clues.push({ field: 'namespace', value: match[1], source, confidence: confidence * trust });
    clues.push({ field, value: `${kind}/${match[2]}`, source, confidence: confidence * trust });
  }
  for (const [pattern, field, confidence] of inWords) {
    const value = pattern
      .exec(text)
      ?.slice(1)
      .find((group) => group !== undefined);
    if (value) clues.push({ field, value, source, confidence: confidence * trust });
  }
  const [, region, account] = arn.exec(text) ?? [];
  if (region) clues.push({ field: 'region', value: region, source, confidence: 0.85 * trust });
  if (account) clues.push({ field: 'account', value: account, source, confidence: 0.85 * trust });
  const cluster = eksCluster.exec(text)?.[1];
  if (cluster) clues.push({ field: 'cluster', value: cluster, source, confidence: 0.9 * trust });
  return clues;
}

/** A name as Kubernetes, AWS and PagerDuty use them; no spaces, no markup. */
const isName = (value: string): boolean => /^[A-Za-z0-9](?:[A-Za-z0-9._:/-]{0,198}[A-Za-z0-9])?$/.test(value);
