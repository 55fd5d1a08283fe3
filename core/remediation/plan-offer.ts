// Offers a plan in place of a single action. A plan is offered if the single action would be asked for, the plan's own reason says why that action is
// not enough on this target, each step can be bound and planned, and the policies allow each step, with the earlier ones counted, at the level of its
// target. The first plan of the table that applies is offered; otherwise the single action.
import type { Action, Approval, Decision, Plan, PlanQuestion, PlanStep } from '../model/action.ts';
import type { Hypothesis } from '../model/diagnosis.ts';
import type { Synthesized } from '../model/workflow.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { Ports } from '../ports/index.ts';
import { shorten } from '../text.ts';
import type { Seen } from './action-checks.ts';
import { actionsNamedIn } from './action-verbs.ts';
import { actionNamed } from './actions/index.ts';
import { type IfApproved, ifApproved, question } from './approval-question.ts';
import { type AuthorizationFacts, actOf, authorize } from './authorization.ts';
import { authorizationFactsOf } from './authorization-facts.ts';
import { actionOf } from './catalogue.ts';
import type { PlanDefinition, PlanInput } from './plan-definition.ts';
import { plans } from './plans/index.ts';
import { brokenOn, type TargetSnapshot, takeTargetSnapshot } from './target-snapshot.ts';
import { targetStateOf, tolerateUnavailable } from './target-state.ts';

type OfferPorts = Pick<
  Ports,
  'clock' | 'acts' | 'controls' | 'incidents' | 'levels' | 'policies' | 'targets' | 'executor'
>;

export interface SingleAction {
  readonly input: Synthesized;
  readonly hypothesis: Hypothesis;
  readonly seen: Seen;
  readonly action: Action;
  readonly snapshot: TargetSnapshot;
  readonly catalog: Catalog;
  /** The earlier questions of the incident. */
  readonly before: readonly Approval[];
}

export type PlanOffer =
  | { readonly kind: 'none' }
  | { readonly kind: 'not-offered'; readonly why: string }
  | { readonly kind: 'offered'; readonly decision: Extract<Decision, { kind: 'ask' }> };

export async function planInstead(single: SingleAction, ports: OfferPorts): Promise<PlanOffer> {
  const { action, seen, snapshot } = single;
  const input: PlanInput = {
    seen,
    lead: { id: action.id, target: action.target, parameters: action.parameters },
    snapshot,
  };
  let refused: PlanOffer = { kind: 'none' };
  for (const definition of plans) {
    if (!definition.insteadOf.includes(action.id) || !definition.fits(input)) continue;
    const why = definition.reason(input) ?? runbookReason(definition, single.input);
    if (why === undefined) continue;
    const made = await planOf(definition, input, why, single, ports);
    if (made.kind === 'offered') return made;
    if (refused.kind === 'none')
      refused = { ...made, why: `The plan "${definition.title(action.target)}" is not offered: ${made.why}` };
  }
  return refused;
}

/** A runbook section that the knowledge specialist followed, if it names the actions of the plan in their order. Its words decide nothing else. */
function runbookReason({ acts }: PlanDefinition, { reports, priorReports }: Synthesized): string | undefined {
  if (acts.length < 2) return undefined;
  const checklist = [...priorReports, ...reports]
    .flatMap((report) => report.checklist ?? [])
    .find(({ steps }) => {
      const left = [...acts];
      for (const { text, command = '', kind } of steps)
        if (kind === 'action' && left[0] !== undefined && actionsNamedIn(`${text} ${command}`).includes(left[0]))
          left.shift();
      return left.length === 0;
    });
  return checklist && `The runbook ${checklist.document}, section "${checklist.heading}", names these steps.`;
}

async function planOf(
  definition: PlanDefinition,
  input: PlanInput,
  why: string,
  single: SingleAction,
  ports: OfferPorts,
): Promise<Exclude<PlanOffer, { kind: 'none' }>> {
  const { hypothesis, action: lead, catalog } = single;
  const incidentId = single.input.incident.id;
  const about = { incidentId, evidenceIds: hypothesis.evidenceIds };
  const steps: PlanStep[] = [];
  const judged: { readonly requirement: IfApproved; readonly facts: AuthorizationFacts }[] = [];
  const snapshots = new Map([[keyOf(lead.target), input.snapshot]]);
  for (const step of definition.steps) {
    const bound = step.bind(input, steps);
    if (bound.kind === 'refused') return { kind: 'not-offered', why: bound.why };
    const { target } = bound;
    const known = snapshots.get(keyOf(target));
    const snapshot = known ?? (await takeTargetSnapshot(target, incidentId, tolerateUnavailable(ports.targets)));
    snapshots.set(keyOf(target), snapshot);
    const { uid } = targetStateOf(snapshot.lookup);
    const fields = {
      name: step.name,
      target,
      check: shorten(step.check(target), 300),
      holdSeconds: step.holdSeconds,
      limitSeconds: step.limitSeconds,
      ifFails: step.ifFails,
      ...(step.alsoLook === undefined ? {} : { others: step.alsoLook(input).slice(0, 40) }),
      ...(uid === undefined ? {} : { uid }),
    };
    if (bound.kind === 'look') {
      steps.push({ ...fields, title: shorten(bound.title, 300) });
      continue;
    }
    const entry = actionNamed(bound.id);
    if (entry === undefined) return { kind: 'not-offered', why: `The catalogue has no action ${bound.id}.` };
    const made = actionOf(entry, target, about, bound.parameters);
    // The limits of a target that an earlier step changes are judged right before the step.
    const broken = known === undefined ? brokenOn(made, snapshot) : undefined;
    if (broken !== undefined) return { kind: 'not-offered', why: broken };
    const now = await authorizationFactsOf(single.input, hypothesis, made, catalog, ports, snapshot, lead.target);
    const facts = { ...now, acts: [...now.acts, ...earlierActs(steps, now, single.input)] };
    if (!facts.live.seen) return { kind: 'not-offered', why: `${target.kind} ${target.name} cannot be looked at.` };
    const action = { ...made, affects: facts.affects };
    const requirement = await ifApproved(action, facts, ports);
    if (!requirement.answer.allowed) return { kind: 'not-offered', why: `${made.title}: ${requirement.answer.why}` };
    judged.push({ requirement, facts });
    steps.push({ ...fields, title: action.title, action });
  }
  const actions = steps.flatMap(({ action }) => action ?? []);
  const [first] = actions;
  const [firstJudged] = judged;
  if (first === undefined || firstJudged === undefined) return { kind: 'not-offered', why: 'None of its steps acts.' };
  const reversible = actions.filter(({ inverse }) => inverse?.kind === 'action').length;
  const whole = await authorize(
    { kind: 'person', id: 'whoever approves' },
    {
      id: 'plan-as-a-whole',
      target: lead.target,
      reversible: reversible === actions.length,
      idempotencyKey: first.idempotencyKey,
    },
    { ...firstJudged.facts, approvals: firstJudged.facts.place.approvalsNeeded },
    ports.policies,
  );
  const plan: Plan = {
    id: definition.id,
    title: shorten(definition.title(lead.target), 300),
    why: shorten(why, 600),
    steps,
    affects: totalOf(actions),
    reversible: reversible === actions.length ? 'all' : reversible === 0 ? 'none' : 'some',
    approval: whole.allowed ? 'as-a-whole' : 'step-by-step',
  };
  const trial = await ports.executor.dryRun({ ...first, incidentId });
  if (trial.kind === 'refused') return { kind: 'not-offered', why: trial.why };
  const asked = questionFor(plan, 'begin', 0);
  const needed = Math.max(
    ...judged
      .filter((_, index) => coversAction(asked, actions[index], plan))
      .map(({ requirement }) => requirement.approvers),
  );
  const decision = question(
    first,
    { answer: firstJudged.requirement.answer, approvers: needed },
    '',
    firstJudged.facts,
    single.before,
    { input: single.input, catalog, bounds: `${why} ${approvalText(plan)}`, plan: asked },
  );
  return { kind: 'offered', decision: { ...decision, once: true } };
}

const approvalText = ({ approval, steps }: Plan): string =>
  approval === 'as-a-whole'
    ? `One approval covers all ${steps.length} steps, and so does the way back.`
    : 'Each step that changes something is asked about when its turn comes.';

const coversAction = ({ on }: PlanQuestion, action: Action | undefined, { steps }: Plan): boolean =>
  steps.some((step) => step.action === action && on.includes(step.name));

/** The question about the steps from `at`: all of them, or those up to the next step that changes something. */
export function questionFor(plan: Plan, about: PlanQuestion['about'], at: number): PlanQuestion {
  const rest = plan.steps.slice(at);
  const second = rest.findIndex((step, index) => step.action !== undefined && hasAction(rest.slice(0, index)));
  const on = plan.approval === 'as-a-whole' || second < 0 ? rest : rest.slice(0, second);
  const covered = [...plan.steps.slice(0, at), ...on];
  return {
    plan,
    about,
    on: on.map(({ name }) => name),
    back: covered.flatMap(({ name, action }) => (action?.inverse?.kind === 'action' ? [name] : [])),
    done: [],
  };
}

const hasAction = (steps: readonly PlanStep[]): boolean => steps.some(({ action }) => action !== undefined);

/** The acts that the earlier steps of the plan will have added when a step's turn comes. */
const earlierActs = (steps: readonly PlanStep[], facts: AuthorizationFacts, { incident }: Synthesized) =>
  steps.flatMap(({ action }) =>
    action === undefined
      ? []
      : [
          actOf(action, {
            incidentId: incident.id,
            now: facts.now,
            affects: action.affects ?? { pods: 1, callers: [] },
          }),
        ],
  );

/** The sum over all steps. The share is the largest of any step, because the steps follow each other. */
export function totalOf(actions: readonly Action[]): Plan['affects'] {
  const impacts = actions.flatMap(({ affects }) => affects ?? []);
  const shares = impacts.flatMap(({ sharePercent }) => sharePercent ?? []);
  const ready = impacts.flatMap((one) => one.ready ?? [])[0];
  return {
    pods: impacts.reduce((sum, { pods }) => sum + pods, 0),
    ...(ready === undefined ? {} : { ready }),
    ...(shares.length === 0 ? {} : { sharePercent: Math.max(...shares) }),
    callers: [...new Set(impacts.flatMap(({ callers }) => callers))].slice(0, 20),
  };
}

const keyOf = ({ cluster, namespace, kind, name }: Action['target']): string =>
  JSON.stringify([cluster, namespace, kind, name]);
