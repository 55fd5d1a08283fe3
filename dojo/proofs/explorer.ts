// Explores an incident with the agents' tools and without a model: breadth first from the page, following the names that answers hold. It never sees
// the truth. It shows whether an agent could reach the deciding evidence at all.
import type { Brief } from '../../core/model/report.ts';
import type { ReasonerTool } from '../../core/ports/channels.ts';

export interface Answer {
  readonly tool: string;
  readonly text: string;
}

/** Calls of all agents of an incident together: seven specialists with three, and four questions of the coordinator with three more. */
export const callBudget = 33;

/** `Kind namespace/name` and `Kind name`, as the tools write objects. */
const objects =
  /\b(Deployment|StatefulSet|DaemonSet|CronJob|Job|Service|Ingress|NetworkPolicy|ConfigMap|Secret|PersistentVolumeClaim|Node|Pod|HorizontalPodAutoscaler|ResourceQuota)\s+(?:([a-z0-9-]+|-)\/)?([a-z0-9][a-z0-9.-]*[a-z0-9])/g;
/** Kinds whose objects decide where traffic goes, who may run, and how many run. */
const kindsThatRoute = [
  'HorizontalPodAutoscaler',
  'Ingress',
  'NetworkPolicy',
  'Service',
  'ResourceQuota',
  'CronJob',
] as const;
/** Answers of the opening before which no name is followed. */
const opening = 16;
const suspicious = ['error', 'fail', 'refused', 'timeout', 'denied'] as const;

/** Stops when `isReached` holds for the answers so far, or when the budget is spent. */
export async function explore(
  brief: Brief,
  tools: readonly ReasonerTool[],
  isReached: (answers: readonly Answer[]) => boolean,
): Promise<{ readonly answers: readonly Answer[]; readonly calls: number; readonly reached: boolean }> {
  const answers: Answer[] = [];
  const asked = new Set<string>();
  /** Sources that cannot be asked: no agent asks them again. */
  const silent = new Set<string>();
  const queue: (readonly [tool: string, input: object])[] = [...openingOf(brief)];
  while (queue.length > 0 && answers.length < callBudget) {
    const next = queue.shift();
    if (next === undefined) break;
    const [name, input] = next;
    const key = `${name} ${JSON.stringify(input)}`;
    const tool = tools.find((one) => one.name === name);
    if (tool === undefined || asked.has(key)) continue;
    asked.add(key);
    if (silent.has(sourceOf(name))) continue;
    // What Watchkeeper wrote about this very incident is no evidence.
    const text = (await tool.run(input))
      .split('\n')
      .filter((line) => !line.includes(brief.incidentId))
      .join('\n');
    if (/^(?:Kubernetes|Logs|Metrics|Traces|Changes) could not be asked/.test(text)) silent.add(sourceOf(name));
    answers.push({ tool: name, text });
    if (isReached(answers)) return { answers, calls: answers.length, reached: true };
    // What an answer names comes before what is left of the opening.
    if (answers.length > opening) queue.unshift(...followUps(text));
    else queue.push(...followUps(text));
  }
  return { answers, calls: answers.length, reached: false };
}

const ofKubernetes = ['describe_object', 'list_objects', 'list_events', 'diff_revisions', 'find_users', 'can_i'];
const sourceOf = (tool: string): string => (ofKubernetes.includes(tool) ? 'kubernetes' : tool);

function openingOf({ context, trigger }: Brief): (readonly [string, object])[] {
  const namespace = context.namespace?.value;
  const service = context.workload?.name ?? context.service?.value;
  const at = namespace === undefined ? {} : { namespace };
  return [
    ...(context.workload === undefined
      ? []
      : [['describe_object', { kind: context.workload.kind, name: context.workload.name }] as const]),
    ['search_logs', {}],
    ['list_events', at],
    ['list_objects', { kind: 'Pod', notWell: true, ...at }],
    ['list_objects', { kind: 'Job', notWell: true, ...at }],
    ['list_objects', { kind: 'Deployment', notWell: true, ...at }],
    ...(service === undefined
      ? []
      : ([
          ['search_logs', { service }],
          ['query_metrics', { entity: service }],
          ['call_graph', { service }],
          ['describe_object', { kind: 'Deployment', name: service }],
        ] as const)),
    ['list_changes', {}],
    ...(namespace === undefined
      ? []
      : [['list_events', {}] as const, ['list_objects', { kind: 'Pod', notWell: true }] as const]),
    ['query_metrics', {}],
    ...(['executions', 'resources', 'cdn', 'vendor-status', 'alerts'] as const).map(
      (kind) => ['read_records', { kind }] as const,
    ),
    ...suspicious.map((contains) => ['search_logs', { contains, groupBy: 'service' }] as const),
    ['list_objects', { kind: 'Node', notWell: true }],
    ['search_logs', { contains: '%' }],
    ['search_logs', { contains: ' ms' }],
    ...(service === undefined
      ? []
      : [['find_traces', { service, only: 'failed' }] as const, ['find_traces', { service, only: 'slow' }] as const]),
    ['search_knowledge', { text: trigger.title.slice(0, 150) }],
    ['list_objects', at],
    ...kindsThatRoute.map((kind) => ['list_objects', { kind, ...at }] as const),
  ];
}

/** Questions about the objects and services that an answer names. */
function followUps(text: string): (readonly [string, object])[] {
  const found = [...text.matchAll(objects)].flatMap(([, kind, , name]) =>
    kind === undefined || name === undefined ? [] : [{ kind, name }],
  );
  const traces = [...text.matchAll(/\(trace ([0-9a-zA-Z-]+)\)/g)];
  const resources = [...text.matchAll(/"type":"([a-z-]+)","name":"([^"]+)"/g)];
  const refused = [
    ...text.matchAll(/serviceaccount:([a-z0-9-]+):([a-z0-9.-]+)"? cannot ([a-z]+) resource "([a-z./-]+)"/g),
  ];
  const named = [...text.matchAll(/\b([a-z][a-z0-9]*(?:-[a-z0-9]+)*) \(\d+\)/g)].flatMap(([, name]) => name ?? []);
  const changes = [...text.matchAll(/^(\S+) \d{4}-\d\d-\d\dT\S+ (?:deploy|commit|flag|config|infrastructure) /gm)];
  return [
    ...refused
      .slice(0, 1)
      .map(([, namespace, account, verb, resource]) => ['can_i', { namespace, account, verb, resource }] as const),
    ...resources
      .slice(0, 6)
      .map(([, , name]) => ['read_records', { kind: 'resources', contains: `"name":"${name}"` }] as const),
    ...changes.slice(0, 3).flatMap(([, id]) => (id === undefined ? [] : [['list_changes', { id }] as const])),
    ...traces
      .slice(0, 2)
      .flatMap(([, trace]) => (trace === undefined ? [] : [['find_traces', { service: 'any', trace }] as const])),
    ...found
      .slice(0, 4)
      .flatMap(({ kind, name }) => [
        ['describe_object', { kind, name }] as const,
        ...(kind === 'Deployment' ? [['diff_revisions', { kind, name }] as const] : []),
        ...(kind === 'Service' || kind === 'Secret' || kind === 'ConfigMap'
          ? [['find_users', { kind, name }] as const]
          : []),
      ]),
    ...named
      .slice(0, 3)
      .flatMap((name) => [
        ['search_logs', { service: name }] as const,
        ['query_metrics', { entity: name }] as const,
        ['find_traces', { service: name, only: 'slow' }] as const,
        ['describe_object', { kind: 'Deployment', name }] as const,
      ]),
  ];
}
