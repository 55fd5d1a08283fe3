// The actions that exist. Each is data and small pure functions; carrying one out is an executor's business, allowing one is policy's.
// Adding one is adding a row here, a policy, and an executor.
import type { ActionId } from '../model/action.ts';
import type { CauseCode } from '../model/causes.ts';
import type { Hypothesis } from '../model/diagnosis.ts';

type Target = { readonly kind: string; readonly namespace: string; readonly name: string; readonly cluster: string };

interface CatalogueEntry {
  readonly id: ActionId;
  readonly kinds: readonly string[];
  readonly causes: readonly CauseCode[];
  /** True where only a change can be taken back: the hypothesis has to name one. */
  readonly needsChange: boolean;
  readonly reversible: boolean;
  readonly settleSeconds: number;
  title(target: Target): string;
  blastRadius(target: Target): string;
  verify(target: Target): string;
}

const workloads = ['Deployment', 'StatefulSet', 'DaemonSet'];
const named = (target: Target) => `${target.kind} ${target.namespace}/${target.name} in ${target.cluster}`;

const entries: readonly CatalogueEntry[] = [
  {
    id: 'rerun-cronjob',
    kinds: ['CronJob'],
    causes: ['job-failed', 'job-deadline', 'dependency-unavailable', 'application-crash'],
    needsChange: false,
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
