// The actions that exist: what each is, what people call it, and what it does to what. Each is data and small pure functions; carrying one out is
// an executor's business, allowing one is policy's. Adding one is adding a row here, a policy, and an executor.
import * as z from 'zod';
import type { CauseCode } from '../causes/causes.ts';
import type { Action, ActionId } from '../model/action.ts';
import {
  type Check,
  causeInDependency,
  causeWouldRemain,
  changeIsTheCause,
  dependencyStillDown,
  dependencyTakesNoMore,
  errorWouldRepeat,
  nodeUnderPressure,
  noRoomForPods,
  notRepeatable,
  onlyOneRevision,
  registryRefuses,
  rolloutPaused,
  sameRevisionComesBack,
} from './ruled-out.ts';

type Target = Action['target'];
type Parameters = Action['parameters'];

/**
 * What people call an action. A phrase is words; `*` stands for what it is done to, which may be left out. An order approves a question only
 * by phrases of that very action (core/conversation/open-question.ts), so a phrase that could mean less, more or something else is not here.
 */
export interface Verbs {
  readonly does: readonly string[];
  /** What they call taking it back, where that is an action of the same id. */
  readonly undoes?: readonly string[];
  /** "Approve the …". */
  readonly nouns: readonly string[];
  /** What they may call its target, besides its kind and name. */
  readonly things?: readonly string[];
}

export interface CatalogueEntry {
  readonly id: ActionId;
  readonly kinds: readonly string[];
  readonly verbs: Verbs;
  /** The causes that it mends, where nothing seen rules it out. */
  readonly mends: readonly CauseCode[];
  readonly rulesOut: readonly Check[];
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
const reruns = ['rerun *', 'retry *', 'run * again', 'try * again'];
/** "Take that back" is said of words. */
const takesBack = [
  ...['undo *', 'revert *'],
  ...['change', 'deploy', 'deployment', 'release', 'rollout', 'last change', 'last deploy', 'last release'].map(
    (thing) => `take the ${thing} back`,
  ),
];
const raisesMemory = ['raise', 'increase', 'bump', 'up']
  .flatMap((verb) => [`${verb} * memory`, `${verb} * memory limit`, `${verb} * limit`])
  .concat('give * more memory', 'raise it', 'increase it', 'bump it');
const named = (target: Target) => `${target.kind} ${target.namespace}/${target.name} in ${target.cluster}`;

export const entries: readonly CatalogueEntry[] = [
  {
    id: 'rerun-cronjob',
    kinds: ['CronJob'],
    verbs: {
      does: [...reruns, 'start * again', 'kick off *', 'kick * off', 'trigger *'],
      nouns: ['rerun', 'retry'],
    },
    mends: ['job-failed', 'job-deadline', 'dependency-unavailable', 'application-crash'],
    rulesOut: [changeIsTheCause, notRepeatable, errorWouldRepeat, dependencyStillDown],
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
    verbs: {
      does: [...takesBack, 'roll * back', 'roll back *', 'back out *', 'back * out', 'downgrade *'],
      undoes: ['roll * forward', 'roll forward *', 'go forward', 'go forward again'],
      nouns: ['roll back', 'revert'],
      things: ['deploy', 'deployment', 'release', 'rollout', 'change', 'version', 'revision', 'last', 'latest'],
    },
    mends: [
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
    rulesOut: [registryRefuses, onlyOneRevision, rolloutPaused],
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
    verbs: {
      does: [
        'restart *',
        'bounce *',
        'reboot *',
        'recycle *',
        'kick *',
        'roll the pods *',

        'rolling restart *',
      ],
      nouns: ['restart', 'rolling restart', 'bounce', 'rollout restart'],
      things: ['pods'],
    },
    mends: ['memory-leak', 'application-errors', 'database-connections-exhausted'],
    rulesOut: [causeInDependency, sameRevisionComesBack, causeWouldRemain, noRoomForPods, rolloutPaused],
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
    verbs: {
      does: [
        'delete *',
        'remove the pod',
        'get rid of the pod',
        'kill the pod',
        'kill that pod',
        'kill this pod',
        'kill pod *',
      ],
      nouns: ['deletion'],
      things: ['stuck'],
    },
    mends: ['node-not-ready', 'node-kubelet', 'node-container-runtime', 'application-crash'],
    rulesOut: [causeInDependency, causeWouldRemain, noRoomForPods],
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
    verbs: { does: [...reruns, 'start * again', 'kick off *', 'kick * off'], nouns: ['rerun', 'retry'] },
    mends: ['job-failed', 'job-deadline', 'dependency-unavailable', 'application-crash'],
    rulesOut: [changeIsTheCause, notRepeatable, errorWouldRepeat, dependencyStillDown],
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
    verbs: {
      does: raisesMemory,
      undoes: [...takesBack, 'restore * memory', 'restore * memory limit', 'lower * memory', 'lower * memory limit'],
      nouns: ['memory increase', 'memory bump', 'memory raise'],
    },
    mends: ['oom-killed'],
    rulesOut: [nodeUnderPressure, rolloutPaused],
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
    verbs: {
      does: [
        'scale *',
        'scale * up',
        'scale up *',
        'scale * out',
        'scale out *',
        'add replicas',
        'add pods',
        'add more pods',
        'add more replicas',
      ],
      undoes: [
        ...takesBack,
        'scale * back',
        'scale back *',
        'scale * down',
        'scale down *',
        'scale * in',
        'scale in *',
      ],
      nouns: ['scale up', 'scale out', 'scaling'],
      things: ['replicas', 'pods'],
    },
    mends: ['hpa-at-limit', 'traffic-surge', 'cpu-overload'],
    rulesOut: [dependencyTakesNoMore, noRoomForPods],
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
    verbs: { does: ['cordon *', 'cordon * off', 'cordon off *', 'mark * unschedulable'], nouns: ['cordon'] },
    mends: [
      'node-not-ready',
      'node-kubelet',
      'node-container-runtime',
      'node-kube-proxy',
      'node-pressure',
      'node-network-delay',
      'node-network-loss',
    ],
    rulesOut: [],
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
    verbs: { does: ['uncordon *', 'mark * schedulable', 'make * schedulable'], nouns: ['uncordon'] },
    mends: ['scheduling-node-cordoned'],
    rulesOut: [],
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
    verbs: { does: [...reruns, 'redrive *'], nouns: ['rerun', 'retry', 'redrive'] },
    mends: ['job-failed', 'job-deadline'],
    rulesOut: [changeIsTheCause, notRepeatable, errorWouldRepeat, dependencyStillDown],
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
    verbs: {
      does: ['purge *', 'flush *', 'invalidate *', 'clear the cache', 'clear its cache', 'clear cache'],
      nouns: ['purge', 'cache purge', 'flush', 'invalidation'],
      things: ['cache', 'cdn'],
    },
    mends: ['cdn-cached-error'],
    rulesOut: [],
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
