// Translates a check of a runbook into questions to the investigation tools: a command by what it would show, plain words by what they ask about. The
// result is a typed question to a read-only tool; the step's text is never executed.
import { type Command, isQuery, readCommand } from '../../analysis/knowledge/commands.ts';
import type { RunbookStep } from '../../model/checklist.ts';
import type { Brief } from '../../model/report.ts';

export interface ToolQuestion {
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** An empty list answers nothing: the words may name something under another name. */
  readonly mustFind?: boolean;
}

const maxQuestions = 2;

/** The questions that a check asks; empty if none of the tools fits. */
export function questionsFor(step: RunbookStep, brief: Brief): readonly ToolQuestion[] {
  if (step.kind !== 'check') return [];
  const asked = step.command === undefined ? [] : ofCommand(step.command, brief);
  const byWords = asked.length > 0 || step.text === step.command ? [] : ofWords(step.text, brief);
  const questions = asked.length > 0 ? asked : byWords;
  return [...new Map(questions.map((one) => [JSON.stringify(one), one])).values()].slice(0, maxQuestions);
}

function ofCommand(text: string, brief: Brief): readonly ToolQuestion[] {
  if (isQuery(text)) return ofQuery(text, brief);
  const command = readCommand(text);
  switch (command?.program) {
    case 'kubectl':
    case 'k':
    case 'oc':
      return ofKubectl(command, brief);
    case 'stern':
      return [logs(command.words[0], command.filter, brief)];
    case 'aws':
      return ofAws(command);
    default:
      return [];
  }
}

/** The kinds by the names that kubectl accepts. */
const kinds: Readonly<Record<string, string>> = Object.fromEntries(
  (
    [
      ['Pod', 'po pod pods'],
      ['Deployment', 'deploy deployment deployments'],
      ['StatefulSet', 'sts statefulset statefulsets'],
      ['DaemonSet', 'ds daemonset daemonsets'],
      ['ReplicaSet', 'rs replicaset replicasets'],
      ['Job', 'job jobs'],
      ['CronJob', 'cj cronjob cronjobs'],
      ['Node', 'no node nodes'],
      ['Service', 'svc service services'],
      ['Ingress', 'ing ingress ingresses'],
      ['ConfigMap', 'cm configmap configmaps'],
      ['Secret', 'secret secrets'],
      ['PersistentVolumeClaim', 'pvc persistentvolumeclaim persistentvolumeclaims'],
      ['PersistentVolume', 'pv persistentvolume persistentvolumes'],
      ['HorizontalPodAutoscaler', 'hpa horizontalpodautoscaler horizontalpodautoscalers'],
      ['PodDisruptionBudget', 'pdb poddisruptionbudget poddisruptionbudgets'],
      ['NetworkPolicy', 'netpol networkpolicy networkpolicies'],
      ['ResourceQuota', 'quota resourcequota resourcequotas'],
      ['Namespace', 'ns namespace namespaces'],
      ['EndpointSlice', 'endpointslice endpointslices'],
      ['Endpoints', 'ep endpoints'],
      ['Certificate', 'certificate certificates cert certs'],
    ] as const
  ).flatMap(([kind, names]) => names.split(' ').map((name) => [name, kind])),
);
const kindNamed = (word: string): string | undefined => kinds[word.toLowerCase().split('.')[0] ?? ''];

/** A name that the reader is to fill in, such as `<pod>`, `$POD` or `{{ pod }}`. */
const isPlaceholder = (word: string): boolean =>
  /[<>${}*]|^(?:POD|NAME|NAMESPACE|SERVICE|DEPLOYMENT)(?:[_-]?NAME)?$/.test(word);
const given = (word: string | undefined): string | undefined =>
  word === undefined || word === '' || isPlaceholder(word) ? undefined : word;

const serviceOf = ({ context }: Brief): string | undefined => context.workload?.name ?? context.service?.value;

function ofKubectl({ words, flags, filter }: Command, brief: Brief): readonly ToolQuestion[] {
  const [verb = '', ...rest] = words;
  const asked = flags.n ?? flags.namespace;
  const everywhere = 'A' in flags || 'all-namespaces' in flags;
  const place = given(asked) ?? (everywhere ? undefined : brief.context.namespace?.value);
  const namespace = place === undefined ? {} : { namespace: place };
  const { kind, name } = objectNamed(verb === 'rollout' ? rest.slice(1) : rest);
  const label = labelIn(flags.l ?? flags.selector);
  const target = given(name);
  switch (verb) {
    case 'get':
    case 'describe': {
      if (kind === 'Event') return events(namespace, filter ?? target);
      if (kind === undefined) return [];
      if (target !== undefined) return [describe(kind, target, isClusterWide(kind) ? {} : namespace)];
      const contains = name === undefined ? (label ?? given(filter)) : serviceOf(brief);
      return [
        {
          tool: 'list_objects',
          input: { kind, ...(isClusterWide(kind) ? {} : namespace), ...(contains === undefined ? {} : { contains }) },
        },
      ];
    }
    case 'events':
      return events(namespace, flags.for?.split('/').at(-1));
    case 'logs': {
      const of = rest[0]?.includes('/') ? rest[0].split('/')[1] : rest[0];
      return [logs(given(of) ?? label ?? serviceOf(brief), filter, brief)];
    }
    case 'top': {
      const entity = given(rest[1]) ?? label ?? (kind === 'Node' ? undefined : serviceOf(brief));
      return ['memory', 'cpu'].map((signal) => metrics(entity, signal));
    }
    case 'rollout': {
      const of = target ?? serviceOf(brief);
      if (of === undefined) return [];
      const workload = kind ?? 'Deployment';
      if (rest[0] === 'status' || !['Deployment', 'StatefulSet', 'DaemonSet'].includes(workload))
        return [describe(workload, of, namespace)];
      return [{ tool: 'diff_revisions', input: { kind: workload, name: of, ...namespace } }];
    }
    case 'auth': {
      const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(flags.as ?? '');
      const [, canVerb, resource] = rest;
      if (account === null || canVerb === undefined || resource === undefined) return [];
      return [{ tool: 'can_i', input: { namespace: account[1], account: account[2], verb: canVerb, resource } }];
    }
    default:
      return [];
  }
}

/** `pods`, `pod NAME`, `pod/NAME`; `events` is a kind of its own. */
function objectNamed(words: readonly string[]): { readonly kind?: string; readonly name?: string } {
  const [first = '', second] = words;
  const [word = '', name = second] = first.split('/');
  if (/^(?:ev|events?)$/i.test(word)) return { kind: 'Event', ...(name === undefined ? {} : { name }) };
  const kind = kindNamed(word);
  return { ...(kind === undefined ? {} : { kind }), ...(name === undefined ? {} : { name }) };
}

const isClusterWide = (kind: string): boolean => ['Node', 'PersistentVolume', 'Namespace'].includes(kind);
const labelIn = (selector: string | undefined): string | undefined =>
  given(/(?:app|name|service|component|job-name)\s*==?\s*([\w.-]+)/.exec(selector ?? '')?.[1]);
const describe = (kind: string, name: string, namespace: { readonly namespace?: string }): ToolQuestion => ({
  tool: 'describe_object',
  input: { kind, name, ...namespace },
});
const events = (namespace: { readonly namespace?: string }, about: string | undefined): ToolQuestion[] => [
  { tool: 'list_events', input: { ...namespace, ...(given(about) === undefined ? {} : { about }) } },
];
const metrics = (entity: string | undefined, signal: string | undefined): ToolQuestion => ({
  tool: 'query_metrics',
  input: { ...(entity === undefined ? {} : { entity }), ...(signal === undefined ? {} : { signal }) },
});
/** Alternatives of a pattern cannot be searched for at once: the first one is. */
function logs(of: string | undefined, pattern: string | undefined, brief: Brief): ToolQuestion {
  const words = pattern
    ?.split(/\\?\||\.\*/)[0]
    ?.replaceAll(/[\\^$()[\]]/g, '')
    .trim();
  const service = given(of) ?? serviceOf(brief);
  return {
    tool: 'search_logs',
    input: {
      ...(words !== undefined && words.length >= 2 ? { contains: words.slice(0, 120) } : {}),
      ...(service === undefined ? {} : { service: service.slice(0, 100) }),
    },
  };
}

const records = (kind: string, contains: string | undefined): ToolQuestion => ({
  tool: 'read_records',
  input: { kind, ...(contains === undefined ? {} : { contains: contains.slice(0, 100) }) },
});

function ofAws({ words: [service = '', verb = ''], flags }: Command): readonly ToolQuestion[] {
  const named = Object.entries(flags).find(([flag]) =>
    /^(?:function-name|table-name|stream-name|queue-url|db-instance-identifier|db-cluster-identifier|cluster|services?|load-balancer-arns?|names?|state-machine-arn|execution-arn|metric-name|auto-scaling-group-names?)$/.test(
      flag,
    ),
  )?.[1];
  const contains = given(named)?.split(/[/:]/).at(-1);
  switch (service) {
    case 'stepfunctions':
      return [records('executions', contains)];
    case 'guardduty':
    case 'inspector2':
    case 'securityhub':
      return [records('security', undefined)];
    case 'cloudfront':
      return [records('cdn', undefined)];
    case 'health':
      return [records('vendor-status', undefined)];
    case 'logs':
      return [
        {
          tool: 'search_logs',
          input:
            given(flags['filter-pattern']) === undefined
              ? {}
              : { contains: flags['filter-pattern']?.replaceAll('"', '') },
        },
      ];
    case 'cloudwatch':
      return /^get-metric/.test(verb)
        ? [metrics(undefined, signalIn(flags['metric-name'] ?? ''))]
        : [records('alerts', undefined)];
    case 'cloudtrail':
    case 'codepipeline':
    case 'codedeploy':
      return [{ tool: 'list_changes', input: {} }];
    case 'lambda':
    case 'dynamodb':
    case 'kinesis':
    case 'sqs':
    case 'rds':
    case 'elbv2':
    case 'ecs':
    case 'apigateway':
    case 'apigatewayv2':
    case 'autoscaling':
      return [records('resources', contains)];
    default:
      return [];
  }
}

function ofQuery(text: string, brief: Brief): readonly ToolQuestion[] {
  const service =
    /\b(?:app|service|service_name|job|deployment|workload|container|namespace_pod)\s*=~?\s*"([\w.-]+?)(?:-?\.[*+])?"/.exec(
      text,
    )?.[1];
  const pipe = /\|[=~]\s*["`]([^"`]+)["`]/.exec(text)?.[1];
  const isLogs = pipe !== undefined || /^\s*(?:\w+\s*\()*\s*\{/.test(text);
  if (isLogs) return [logs(service, pipe, brief)];
  const metric = /([a-z_:][\w:]*)\s*\{/.exec(text)?.[1] ?? /\(\s*([a-z_:][\w:]*)/.exec(text)?.[1];
  const signal = signalIn(metric ?? '') ?? metric;
  return [metrics(service ?? serviceOf(brief), signal)];
}

/** Words that people and metric names use, and the part of the signal's name by which the tool finds it. */
const signals: readonly (readonly [RegExp, string])[] = [
  [/success/i, 'success'],
  [/5xx|errors?[ _](?:rate|ratio|count|budget)|\berrors?\b.*\b(?:rate|ratio)|_errors?_|failure rate/i, 'error'],
  [/latency|duration|response times?|\bp\d\d\b|slow/i, 'latency'],
  [/throttl/i, 'throttl'],
  [/\bcpu|_cpu/i, 'cpu'],
  [/memory|\bheap\b|\boom\b/i, 'memory'],
  [/queue|backlog|consumer lag|\blag\b/i, 'queue'],
  [/restarts?\b/i, 'restart'],
  [/requests?[ _](?:rate|per|count|total)|traffic|throughput|\brps\b|\bqps\b/i, 'request'],
  [/connections?\b|pool/i, 'connection'],
  [/disk|filesystem|volume usage/i, 'disk'],
];
const signalIn = (text: string): string | undefined => signals.find(([words]) => words.test(text))?.[1];

const quotedWords = (text: string): string[] =>
  [...text.matchAll(/`([^`]{2,120})`|"([^"]{2,120})"|“([^”]{2,120})”/g)].flatMap(([, a, b, c]) => a ?? b ?? c ?? []);

/** A service of the incident's neighbourhood that the words name. */
function namedService(text: string, { context }: Brief): string | undefined {
  const known = [context.service?.value, context.workload?.name, ...context.callees, ...context.callers];
  const lower = text.toLowerCase();
  return known.find(
    (name) => name !== undefined && new RegExp(`(?<![\\w-])${escaped(name.toLowerCase())}(?![\\w-])`).test(lower),
  );
}
const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

const isName = (text: string): boolean => /^[a-z][a-z0-9]*(?:[-.][a-z0-9]+)*$/.test(text);

function ofWords(text: string, brief: Brief): readonly ToolQuestion[] {
  const quoted = quotedWords(text);
  const name = namedService(text, brief) ?? quoted.find(isName);
  const about = name ?? serviceOf(brief);
  const place = brief.context.namespace?.value;
  const inPlace = place === undefined ? {} : { namespace: place };
  const signal = signalIn(text);
  const found: ToolQuestion[] = [];
  if (signal !== undefined) found.push(metrics(about, signal));
  if (/status ?pages?|\bvendor|\bprovider|third[- ]part/i.test(text)) found.push(records('vendor-status', undefined));
  if (/\b(?:cdn|edge|cache hit|hit ratio)\b/i.test(text)) found.push(records('cdn', undefined));
  if (/\b(?:alerts?|alarms?)\b.*\b(?:fir|else|other|active)/i.test(text)) found.push(records('alerts', undefined));
  if (/\b(?:lambda|dynamodb|sqs|rds|kinesis|load balancer|dead.letter)/i.test(text))
    found.push(records('resources', name));
  if (/\bk8s events?\b|\bkubernetes events?\b|\bevents? (?:of|in|for)\b/i.test(text))
    found.push(...events(inPlace, about));
  if (/\blogs?\b|\blog lines?\b|\bstack ?traces?\b|\blast lines\b/i.test(text))
    found.push(
      logs(
        about,
        quoted.find((word) => word !== name),
        brief,
      ),
    );
  if (
    /\b(?:deploy(?:s|ed|ments?)?|release[sd]?|changes?|changed|commits?|merged|rollouts?|flags?)\b/i.test(text) &&
    !/\bdeployment `?[\w-]+`? (?:is|has)\b/i.test(text)
  )
    found.push({
      tool: 'list_changes',
      input: namedService(text, brief) === undefined ? {} : { about: namedService(text, brief) },
    });
  if (/\b(?:callers?|callees?|dependenc|upstream|downstream|who calls)/i.test(text) && about !== undefined)
    found.push({ tool: 'call_graph', input: { service: about } });
  const kind = kindIn(text);
  if (
    kind !== undefined &&
    /\b(?:ready|running|up|healthy|pending|crash|restart|stat(?:e|us)|available|failed|failing|evicted|there|exist|count|how many)/i.test(
      text,
    )
  )
    found.push(
      name !== undefined && quoted.includes(name)
        ? describe(kind, name, isClusterWide(kind) ? {} : inPlace)
        : { tool: 'list_objects', input: { kind, ...(isClusterWide(kind) ? {} : inPlace), notWell: true } },
    );
  const one =
    name ??
    /\b(?:whether|if|that|is|are)\s+(?:the\s+)?([\w][\w.-]{2,60})\s+(?:is|are|answers?|responds?|up|down|reachable)\b/i.exec(
      text,
    )?.[1];
  if (
    found.length === 0 &&
    one !== undefined &&
    /\b(?:up|down|healthy|reachable|available|alive|working|answers?|responds?|responding|ok|running)\b/i.test(text)
  )
    found.push(
      { tool: 'list_objects', input: { kind: 'Pod', contains: one.toLowerCase() }, mustFind: true },
      metrics(one, undefined),
    );
  return found;
}

function kindIn(text: string): string | undefined {
  const words = text.toLowerCase().match(/[a-z]+/g) ?? [];
  const kind = words
    .filter((word) => word.length > 2)
    .map(kindNamed)
    .find((one) => one !== undefined);
  return kind === 'Service' || kind === 'Namespace' || kind === 'Secret' ? undefined : kind;
}
