// The actions that exist. Each is data and small pure functions; carrying one out is an executor's business, allowing one is policy's.
// Adding one is adding a row here, a policy, and an executor.
import * as z from 'zod';
import type { Action, ActionId, Inverse } from '../model/action.ts';
import type { CauseCode } from '../model/causes.ts';
import type { Hypothesis } from '../model/diagnosis.ts';

type Target = Action['target'];
type Parameters = Action['parameters'];

interface CatalogueEntry {
  readonly id: ActionId;
  readonly kinds: readonly string[];
  readonly causes: readonly CauseCode[];
  /** True where only a change can be taken back: the hypothesis has to name one. */
  readonly needsChange: boolean;
  readonly parameters: z.ZodType;
  readonly reversible: boolean;
  readonly settleSeconds: number;
  title(target: Target, parameters: Parameters): string;
  blastRadius(target: Target, parameters: Parameters): string;
  /** The id and parameters of what takes it back, or why nothing does. */
  inverse(parameters: Parameters): { readonly id: ActionId; readonly parameters: Parameters } | string;
  verify(target: Target): string;
}

const none = z.strictObject({});
/** Said of what takes an action back: its key is another than that of the action of the same id. */
const undo = z.literal(true).optional();
const revision = z.number().int().min(1).optional();
const quantity = z.string().regex(/^\d+(?:\.\d+)?[A-Za-z]{0,2}$/);
const swapped = ({ from, to, ...others }: Parameters): Parameters => ({
  ...others,
  ...(to === undefined || from === undefined ? {} : { from: to, to: from }),
  undo: true,
});
const workloads = ['Deployment', 'StatefulSet', 'DaemonSet'];
const podsOf = (count: number) => (count === 1 ? '1 pod' : `${count} pods`);
const named = (target: Target) => `${target.kind} ${target.namespace}/${target.name} in ${target.cluster}`;

const entries: readonly CatalogueEntry[] = [
  {
    id: 'rerun-cronjob',
    kinds: ['CronJob'],
    causes: ['job-failed', 'job-deadline', 'dependency-unavailable', 'application-crash'],
    needsChange: false,
    parameters: none,
    reversible: false,
    settleSeconds: 60,
    title: (target) => `Rerun ${named(target)}`,
    blastRadius: (target) => `Starts one more Job from the template of ${target.name}; nothing that runs is touched.`,
    inverse: () => 'A Job that was started cannot be unstarted; what it did is its own.',
    verify: (target) => `Did the new Job of CronJob ${target.name} succeed?`,
  },
  {
    id: 'rollback-rollout',
    kinds: workloads,
    causes: [
      'image-not-found',
      'oom-killed',
      'code-change',
      'config-change',
      'rollout-stuck',
      'application-crash',
      'application-errors',
      'command-invalid',
      'secret-missing',
      'environment-address',
      'liveness-probe',
      'liveness-probe-port',
      'liveness-probe-protocol',
      'liveness-probe-timing',
      'readiness-probe',
      'readiness-probe-port',
      'readiness-probe-protocol',
    ],
    needsChange: true,
    parameters: z.strictObject({ fromRevision: revision, toRevision: revision, undo }),
    reversible: true,
    settleSeconds: 90,
    title: (target, { toRevision }) =>
      toRevision === undefined
        ? `Roll ${named(target)} back to its last healthy revision`
        : `Roll ${named(target)} forward again to revision ${toRevision}`,
    blastRadius: (target) =>
      `Replaces all pods of ${target.name}, a few at a time; what the newest revision brought is gone until it is rolled out again.`,
    inverse: ({ fromRevision, undo: undoing }) =>
      fromRevision === undefined || undoing === true
        ? 'Which revision to go forward to is not known.'
        : { id: 'rollback-rollout', parameters: { toRevision: fromRevision, undo: true } },
    verify: (target) => `Is ${target.kind} ${target.name} healthy after the rollback?`,
  },
  {
    id: 'restart-rollout',
    kinds: workloads,
    causes: ['memory-leak', 'application-errors', 'database-connections-exhausted', 'cpu-throttled'],
    needsChange: false,
    parameters: none,
    reversible: false,
    settleSeconds: 90,
    title: (target) => `Restart ${named(target)}`,
    blastRadius: (target) => `Replaces all pods of ${target.name}, a few at a time, with the same revision.`,
    inverse: () => 'The pods that ran before are gone; the revision is the same.',
    verify: (target) => `Is ${target.kind} ${target.name} healthy after the restart?`,
  },
  {
    id: 'delete-stuck-pod',
    kinds: ['Pod'],
    causes: ['node-not-ready', 'node-kubelet', 'node-container-runtime', 'application-crash'],
    needsChange: false,
    parameters: none,
    reversible: false,
    settleSeconds: 45,
    title: (target) => `Delete stuck ${named(target)}`,
    blastRadius: (target) => `Removes the one pod ${target.name}; its controller makes a new one.`,
    inverse: () => 'A pod that was deleted does not come back; its controller makes a new one.',
    verify: (target) => `Is the workload of pod ${target.name} healthy again?`,
  },
  {
    id: 'rerun-job',
    kinds: ['Job'],
    causes: ['job-failed', 'job-deadline', 'dependency-unavailable', 'application-crash'],
    needsChange: false,
    parameters: none,
    reversible: false,
    settleSeconds: 60,
    title: (target) => `Rerun ${named(target)}`,
    blastRadius: (target) =>
      `Starts a new Job from the template of the failed ${target.name}; nothing that runs is touched.`,
    inverse: () => 'A Job that was started cannot be unstarted; what it did is its own.',
    verify: (target) => `Did the rerun of Job ${target.name} succeed?`,
  },
  {
    id: 'raise-memory-limit',
    kinds: workloads,
    causes: ['oom-killed'],
    needsChange: false,
    parameters: z.strictObject({ container: z.string().min(1).max(63), from: quantity, to: quantity, undo }),
    reversible: true,
    settleSeconds: 120,
    title: (target, { container, from, to, undo: undoing }) =>
      `${undoing === true ? 'Restore' : 'Raise'} the memory limit of ${container} in ${named(target)} from ${from} to ${to}`,
    blastRadius: (target) =>
      `Replaces all pods of ${target.name}, a few at a time, with the same revision but for the limit.`,
    inverse: (parameters) => ({ id: 'raise-memory-limit', parameters: swapped(parameters) }),
    verify: (target) => `Is ${target.kind} ${target.name} no longer killed for memory?`,
  },
  {
    id: 'scale-workload',
    kinds: ['Deployment', 'StatefulSet'],
    causes: ['hpa-at-limit', 'traffic-surge', 'cpu-overload'],
    needsChange: false,
    parameters: z.strictObject({ from: z.number().int().min(1), to: z.number().int().min(1), undo }),
    reversible: true,
    settleSeconds: 120,
    title: (target, { from, to, undo: undoing }) =>
      `Scale ${named(target)} ${undoing === true ? 'back ' : ''}from ${from} to ${to} replicas`,
    blastRadius: (target, { from, to }) =>
      Number(to) > Number(from)
        ? `Starts ${podsOf(Number(to) - Number(from))} more of ${target.name}; those that run are not touched.`
        : `Ends ${podsOf(Number(from) - Number(to))} of ${target.name}.`,
    inverse: (parameters) => ({ id: 'scale-workload', parameters: swapped(parameters) }),
    verify: (target) => `Does ${target.kind} ${target.name} have enough replicas now, all of them ready?`,
  },
  {
    id: 'cordon-node',
    kinds: ['Node'],
    causes: [
      'node-not-ready',
      'node-kubelet',
      'node-container-runtime',
      'node-kube-proxy',
      'node-pressure',
      'node-network-delay',
      'node-network-loss',
    ],
    needsChange: false,
    parameters: none,
    reversible: true,
    settleSeconds: 30,
    title: (target) => `Cordon Node ${target.name} in ${target.cluster}`,
    blastRadius: (target) => `No new pod starts on ${target.name}; what runs there stays.`,
    inverse: () => ({ id: 'uncordon-node', parameters: {} }),
    verify: (target) => `Do pods start on other nodes than ${target.name} and stay well?`,
  },
  {
    id: 'uncordon-node',
    kinds: ['Node'],
    causes: ['scheduling-node-cordoned'],
    needsChange: false,
    parameters: none,
    reversible: true,
    settleSeconds: 30,
    title: (target) => `Uncordon Node ${target.name} in ${target.cluster}`,
    blastRadius: (target) => `New pods start on ${target.name} again; what runs there stays.`,
    inverse: () => ({ id: 'cordon-node', parameters: {} }),
    verify: (target) => `Do pods start on Node ${target.name} again?`,
  },
  {
    id: 'retry-execution',
    kinds: ['Execution'],
    causes: ['job-failed', 'job-deadline'],
    needsChange: false,
    parameters: none,
    reversible: false,
    settleSeconds: 60,
    title: (target) => `Redrive execution ${target.name} of state machine ${target.namespace} in ${target.cluster}`,
    blastRadius: () =>
      'Goes on with the same input from the state that failed; what succeeded before is not run again.',
    inverse: () => 'What an execution has done is its own; it can only be stopped.',
    verify: (target) => `Did execution ${target.name} of state machine ${target.namespace} succeed?`,
  },
  {
    id: 'purge-cdn-key',
    kinds: ['SurrogateKey'],
    causes: ['cdn-cached-error'],
    needsChange: false,
    parameters: none,
    reversible: false,
    settleSeconds: 15,
    title: (target) => `Purge surrogate key ${target.name} of ${target.namespace} in ${target.cluster}`,
    blastRadius: (target) =>
      `Marks what the CDN keeps under ${target.name} as stale: the next request for each goes to what is behind it.`,
    inverse: () => 'The CDN fills its cache again by itself.',
    verify: (target) => `Does the CDN answer well again for what is under ${target.name}?`,
  },
];

/** The action that fits what is believed, or none. A change that can be taken back goes before a restart. */
export function suggestedAction(hypothesis: Hypothesis): CatalogueEntry | undefined {
  return entries.find(
    (entry) =>
      entry.kinds.includes(hypothesis.entity.kind) &&
      entry.causes.includes(hypothesis.cause) &&
      (!entry.needsChange || hypothesis.changeId !== undefined),
  );
}

/** False for an action that is in no catalogue, too. */
export const isReversible = (id: string): boolean => entries.find((entry) => entry.id === id)?.reversible ?? false;

/** The action of an entry on a target: everything but the target and its parameters is the catalogue's. */
export function actionOf(
  entry: CatalogueEntry,
  target: Target,
  { incidentId, evidenceIds }: { readonly incidentId: string; readonly evidenceIds: readonly string[] },
  parameters: Parameters = {},
): Action {
  return {
    id: entry.id,
    target,
    parameters,
    title: entry.title(target, parameters).slice(0, 300),
    blastRadius: entry.blastRadius(target, parameters).slice(0, 500),
    reversible: entry.reversible,
    inverse: inverseIn(entry, target, parameters),
    settleSeconds: entry.settleSeconds,
    verify: entry.verify(target).slice(0, 300),
    evidenceIds: evidenceIds.slice(0, 8),
    idempotencyKey: idempotencyKey(incidentId, entry.id, target, parameters),
  };
}

function inverseIn(entry: CatalogueEntry, target: Target, parameters: Parameters): Inverse {
  const inverse = entry.inverse(parameters);
  if (typeof inverse === 'string') return { kind: 'none', why: inverse };
  const title = entryOf(inverse.id)?.title(target, inverse.parameters) ?? inverse.id;
  return { kind: 'action', id: inverse.id, parameters: inverse.parameters, title: title.slice(0, 300) };
}

/**
 * The action that takes this one back, ready to be asked for: of the catalogue, on the same target, with a key of its own. Undefined where
 * there is none (`action.inverse` says why).
 */
export function inverseOf(action: Action, incidentId: string): Action | undefined {
  const { inverse, target, evidenceIds } = action;
  const entry = inverse?.kind === 'action' ? entryOf(inverse.id) : undefined;
  return entry && inverse?.kind === 'action'
    ? actionOf(entry, target, { incidentId, evidenceIds }, inverse.parameters)
    : undefined;
}

const entryOf = (id: string): CatalogueEntry | undefined => entries.find((entry) => entry.id === id);

/** What is wrong with an action that came in as a value, in words: it must be one that the catalogue could have made for this incident. */
export function actionProblem(action: Action, incidentId: string): string | undefined {
  const entry = entries.find(({ id }) => id === action.id);
  if (!entry) return `The catalogue has no action ${action.id}.`;
  if (!entry.kinds.includes(action.target.kind)) return `${action.id} is not for a ${action.target.kind}.`;
  const parameters = entry.parameters.safeParse(action.parameters);
  if (!parameters.success) return `The parameters of ${action.id} do not fit: ${z.prettifyError(parameters.error)}`;
  if (action.idempotencyKey !== idempotencyKey(incidentId, action.id, action.target, action.parameters))
    return 'The action was made for another incident or another target.';
  // What people were asked and what the policies judge by is the catalogue's, not the bearer's.
  const made = actionOf(entry, action.target, { incidentId, evidenceIds: action.evidenceIds }, action.parameters);
  // Of what was recorded before actions said what takes them back, nothing is said.
  if (action.inverse !== undefined && JSON.stringify(action.inverse) !== JSON.stringify(made.inverse))
    return 'The catalogue takes the action back otherwise.';
  const differs = says.find((field) => action[field] !== made[field]);
  return differs && `The catalogue says something else of the action: its ${differs} is "${made[differs]}".`;
}

const says = ['title', 'blastRadius', 'reversible', 'settleSeconds', 'verify'] as const;

const idempotencyKey = (
  incidentId: string,
  id: ActionId,
  { cluster, namespace, kind, name }: Target,
  parameters: Parameters,
): string => `${incidentId}:${id}:${cluster}/${namespace}/${kind}/${name}${parameters.undo === true ? ':undo' : ''}`;
