// The actions that exist. Each is data and small pure functions; carrying one out is an executor's business, allowing one is policy's.
// Adding one is adding a row here, a policy, and an executor.
import * as z from 'zod';
import type { Action, ActionId } from '../model/action.ts';
import type { CauseCode } from '../model/causes.ts';
import type { Hypothesis } from '../model/diagnosis.ts';

type Target = Action['target'];

interface CatalogueEntry {
  readonly id: ActionId;
  readonly kinds: readonly string[];
  readonly causes: readonly CauseCode[];
  /** True where only a change can be taken back: the hypothesis has to name one. */
  readonly needsChange: boolean;
  readonly parameters: z.ZodType<Action['parameters']>;
  readonly reversible: boolean;
  readonly settleSeconds: number;
  title(target: Target): string;
  blastRadius(target: Target): string;
  verify(target: Target): string;
}

const none = z.strictObject({});
const workloads = ['Deployment', 'StatefulSet', 'DaemonSet'];
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
    parameters: none,
    reversible: true,
    settleSeconds: 90,
    title: (target) => `Roll ${named(target)} back to its last healthy revision`,
    blastRadius: (target) =>
      `Replaces all pods of ${target.name}, a few at a time; what the newest revision brought is gone until it is rolled out again.`,
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
    verify: (target) => `Is the workload of pod ${target.name} healthy again?`,
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
): Action {
  return {
    id: entry.id,
    target,
    parameters: {},
    title: entry.title(target).slice(0, 300),
    blastRadius: entry.blastRadius(target).slice(0, 500),
    reversible: entry.reversible,
    settleSeconds: entry.settleSeconds,
    verify: entry.verify(target).slice(0, 300),
    evidenceIds: evidenceIds.slice(0, 8),
    idempotencyKey: idempotencyKey(incidentId, entry.id, target),
  };
}

/** What is wrong with an action that came in as a value, in words: it must be one that the catalogue could have made for this incident. */
export function actionProblem(action: Action, incidentId: string): string | undefined {
  const entry = entries.find(({ id }) => id === action.id);
  if (!entry) return `The catalogue has no action ${action.id}.`;
  if (!entry.kinds.includes(action.target.kind)) return `${action.id} is not for a ${action.target.kind}.`;
  const parameters = entry.parameters.safeParse(action.parameters);
  if (!parameters.success) return `The parameters of ${action.id} do not fit: ${z.prettifyError(parameters.error)}`;
  if (action.idempotencyKey !== idempotencyKey(incidentId, action.id, action.target))
    return 'The action was made for another incident or another target.';
  // What people were asked and what the policies judge by is the catalogue's, not the bearer's.
  const made = actionOf(entry, action.target, { incidentId, evidenceIds: action.evidenceIds });
  const differs = says.find((field) => action[field] !== made[field]);
  return differs && `The catalogue says something else of the action: its ${differs} is "${made[differs]}".`;
}

const says = ['title', 'blastRadius', 'reversible', 'settleSeconds', 'verify'] as const;

const idempotencyKey = (incidentId: string, id: ActionId, { cluster, namespace, kind, name }: Target): string =>
  `${incidentId}:${id}:${cluster}/${namespace}/${kind}/${name}`;
