// Carries a plan from the decision to its end, as the state machine does, over the simulated cluster and the real executor, targets, policies and
// records.
import type { DynamoStores } from '../../../../connectors/dynamodb/index.ts';
import { kubernetesExecutor, kubernetesTargets } from '../../../../connectors/kubernetes/index.ts';
import type { Decision, Verdict } from '../../../../core/model/action.ts';
import type { ApprovalResolved, Remediated, Synthesized } from '../../../../core/model/workflow.ts';
import { answerApproval } from '../../../../core/remediation/answer.ts';
import { askApproval } from '../../../../core/remediation/ask.ts';
import { decide } from '../../../../core/remediation/decide.ts';
import { remediate } from '../../../../core/remediation/remediate.ts';
import {
  type SimulatedCluster,
  type SimulatedOptions,
  simulatedCluster,
} from '../../../../dojo/faults/simulated-cluster.ts';
import { aCatalog, aWorld, diagnosed } from '../world.ts';

export const inShop = (kind: string, name: string) => ({ kind, name, namespace: 'shop', cluster: 'backend-1' });

/** A catalogue in which one person's word is enough, at the given level. */
export const lenient = (level: string, over: object = {}) =>
  aCatalog({
    environments: { production: { level, approvalsForHighStakes: 1, aliases: ['prod'] } },
    services: [
      {
        name: 'checkout',
        placements: [{ cluster: 'backend-1', namespace: 'shop', environment: 'production' }],
        workloads: ['Deployment/checkout'],
      },
    ],
    ...over,
  });

type Access = Parameters<typeof kubernetesExecutor>[0]['clusters'][number];

/** The ports of a plan's steps over one cluster. */
export function courseOn(stores: DynamoStores, clock: { now(): Date }, access: Access) {
  const world = aWorld(stores, clock);
  world.catalog = lenient('run');
  const executor = kubernetesExecutor({ clusters: [access], clock });
  world.trial = executor.dryRun;
  world.execution = executor.execute;
  const ports = {
    ...world.ports,
    targets: kubernetesTargets({ clusters: [access] }),
    workflow: { resume: async () => 'resumed' },
  };
  return { world, ports, executor };
}
export type Course = ReturnType<typeof courseOn>;

export function aCourse(stores: DynamoStores, clock: { now(): Date }, options: Partial<SimulatedOptions> = {}) {
  const cluster: SimulatedCluster = simulatedCluster({ name: 'checkout', ...options });
  return { cluster, ...courseOn(stores, clock, cluster.access('backend-1')) };
}
export type SimulatedCourse = ReturnType<typeof aCourse>;

export const brokenByChange = (): Synthesized =>
  diagnosed({ entity: inShop('Deployment', 'checkout'), cause: 'code-change', changeId: 'c-1' });

export type Asking = Extract<Decision, { kind: 'ask' }>;

export async function asked(input: Synthesized, { ports }: Course): Promise<Asking> {
  const { decision } = await decide(input, ports);
  if (decision.kind !== 'ask') throw new Error(`It was to ask, not to ${decision.kind}: ${decision.why}`);
  return decision;
}

/** Asks the question and answers it. */
export async function answer(
  state: Synthesized,
  decision: Asking,
  verdict: Verdict,
  { ports }: Course,
): Promise<ApprovalResolved> {
  const { approvalId } = decision;
  await askApproval({ ...state, decision }, 'token', 'question', ports);
  const answered = await answerApproval({ approvalId, verdict, by: 'ana' }, ports);
  const stored = 'approval' in answered ? answered.approval : undefined;
  if (stored?.state !== 'decided') throw new Error(`Not decided: ${answered.text}`);
  const { decidedBy: by, decidedAt: when } = stored;
  const approval =
    verdict === 'approve'
      ? ({ kind: 'approved', approvalId, by, at: when, remember: false } as const)
      : verdict === 'take-back'
        ? ({ kind: 'take-back', approvalId, by, at: when } as const)
        : ({ kind: 'rejected', approvalId, by, at: when } as const);
  return { ...state, decision, approval };
}

/** Runs the plan until it ends or asks. `between` runs before each entry of the step. */
export async function run(
  state: ApprovalResolved,
  { ports }: Course,
  between: (entry: number) => void | Promise<void> = () => undefined,
): Promise<ApprovalResolved & Pick<Remediated, 'remediation'>> {
  let now = state;
  for (let entry = 0; entry < 400; entry += 1) {
    await between(entry);
    const { verificationPlan: _, ...made } = await remediate(now, ports);
    const next = { ...now, ...made } as ApprovalResolved & Pick<Remediated, 'remediation'>;
    if (made.remediation.kind !== 'going') return next;
    now = next;
  }
  throw new Error('It never ends.');
}
