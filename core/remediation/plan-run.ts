// Carries out an approved plan, one step of the workflow at a time: an action once, or a look at whether its condition holds. Before each action it
// looks at the world anew and asks the policies; the ledger holds one entry for each step. A crash anywhere is safe, because each entry of the workflow
// reads from the state and the ledger what is done. When a step fails, the steps before it are taken back, or people are asked how it goes on.
import { Unavailable, WatchkeeperError } from '../errors.ts';
import type {
  Action,
  Approval,
  Decision,
  Plan,
  PlanQuestion,
  PlanRun,
  PlanStep,
  RemediationResult,
  StepState,
} from '../model/action.ts';
import type { EventOf } from '../model/timeline.ts';
import type { ApprovalResolved, Remediated } from '../model/workflow.ts';
import { summaryOf } from '../record/action-summary.ts';
import { recordAudit } from '../record/audit/record.ts';
import { describe } from '../record/describe.ts';
import { threadOf } from '../record/thread.ts';
import { record } from '../record/timeline.ts';
import { redact } from '../redaction/redact.ts';
import { markPage } from '../reporting/pager-status.ts';
import { publishProgress } from '../reporting/progress.ts';
import { shorten } from '../text.ts';
import { clockTime } from '../wording.ts';
import { question as approvalQuestion, ifApproved } from './approval-question.ts';
import { actOf, authorize } from './authorization.ts';
import { authorizationFactsOf } from './authorization-facts.ts';
import { actionProblem, inverseOf } from './catalogue.ts';
import { conflictingActionOf } from './conflicting-action.ts';
import { impactOf } from './impact.ts';
import { ledgerKey, maxResumed } from './plan-keys.ts';
import { questionFor } from './plan-offer.ts';
import { isTouched, leftHalfDone, stateLines, unfinishedText } from './plan-words.ts';
import { stepNamed } from './plans/index.ts';
import { changedSince } from './precondition.ts';
import { publishApprovalOutcome } from './publish-approval-outcome.ts';
import type { RemediatePorts } from './remediate-ports.ts';
import { isSameAction } from './same-action.ts';
import { brokenOn, type TargetSnapshot, takeTargetSnapshot } from './target-snapshot.ts';
import { targetStateOf, tolerateUnavailable } from './target-state.ts';
import { verificationPlan } from './verification-plan.ts';

type AskDecision = Extract<Decision, { kind: 'ask' }>;
type Decided = Extract<Approval, { state: 'decided' }>;
type Result = Remediated['remediation'];
type Moved = Pick<Remediated, 'remediation' | 'verificationPlan' | 'planRun'> & {
  decision?: Decision;
  afterwards?: undefined;
};

/** The wait between two looks, in seconds. */
const lookSeconds = 10;
interface Course {
  readonly input: ApprovalResolved;
  readonly decision: AskDecision;
  readonly plan: Plan;
  /** What people were asked, from the record of their answer. */
  readonly asked: PlanQuestion;
  readonly approval: Decided;
  /** The people who approved, as the policies count them. */
  readonly people: ReadonlySet<string>;
  readonly ports: RemediatePorts;
}

export async function runPlan(input: ApprovalResolved, decision: AskDecision, ports: RemediatePorts): Promise<Moved> {
  const { incident } = input;
  await ports.incidents.update(incident.id, { status: 'acting' });
  const permission = await permissionFor(input, decision, ports);
  if (permission.kind === 'refused') {
    const { plan } = decision.plan ?? {};
    const { planRun } = input;
    if (plan === undefined || planRun === undefined || !leftHalfDone(planRun))
      return { remediation: { kind: 'refused', why: permission.why, policies: [] }, verificationPlan: [] };
    return moved(planRun, { kind: 'ended', why: unfinishedText(plan, planRun, permission.why) });
  }
  const { course } = permission;
  const run = await begin(course);
  if (input.afterwards === 'take-back-plan' && run.direction === 'on') {
    const asks = await handOver(course, run, 'After the plan it got worse.');
    return { ...asks, afterwards: undefined };
  }
  const { stopped } = course.approval;
  if (stopped !== undefined && course.approval.verdict !== 'take-back') {
    const why = `${stopped.by} withdrew the approval at ${clockTime(stopped.at)}.`;
    await tell(course, run, { to: 'withdrawn', text: why, key: stopped.at });
    return handOver(course, run, why);
  }
  return run.direction === 'on' ? goOn(course, run) : goBack(course, run);
}

const moved = (planRun: PlanRun, remediation: Result): Moved => ({ remediation, verificationPlan: [], planRun });
const going = (run: PlanRun, detail: string, waitSeconds = 1): Moved =>
  moved(
    { ...run, waitSeconds, waitedSeconds: run.waitedSeconds + waitSeconds },
    { kind: 'going', detail: shorten(detail, 300) },
  );

/** Checks the permission. The workflow's input is not enough: the record must show that people approved exactly this plan of this incident. */
async function permissionFor(
  input: ApprovalResolved,
  decision: AskDecision,
  ports: RemediatePorts,
): Promise<{ readonly kind: 'granted'; readonly course: Course } | { readonly kind: 'refused'; readonly why: string }> {
  const { approval: outcome, incident } = input;
  const no = (why: string) => ({ kind: 'refused', why }) as const;
  if (outcome?.kind !== 'approved' && outcome?.kind !== 'take-back') return no('Nobody approved it.');
  const approval = await ports.approvals.get(outcome.approvalId);
  const wanted = outcome.kind === 'approved' ? 'approve' : 'take-back';
  if (approval?.state !== 'decided' || approval.verdict !== wanted)
    return no('The record of the approval does not say that it was approved.');
  if (approval.incidentId !== incident.id) return no('The approval belongs to another incident.');
  const asked = approval.plan;
  if (asked === undefined || decision.plan === undefined || !isSamePlan(asked.plan, decision.plan.plan))
    return no('The approval was given for another plan.');
  const all = await ports.approvals.ofIncident(incident.id);
  // The way back was part of what people approved when the plan began, so they count for it, too.
  const counted =
    wanted === 'approve'
      ? [approval]
      : all.filter((one) => one.plan !== undefined && isSamePlan(one.plan.plan, asked.plan));
  const people = new Set(
    counted.flatMap((one) =>
      one.state === 'decided' && one.verdict !== 'reject' ? [one.decidedBy, ...one.approvedBy.map(({ by }) => by)] : [],
    ),
  );
  return { kind: 'granted', course: { input, decision, plan: asked.plan, asked, approval, people, ports } };
}

export const isSamePlan = (a: Plan, b: Plan): boolean =>
  a.id === b.id &&
  a.steps.length === b.steps.length &&
  a.steps.every((step, index) => {
    const other = b.steps[index];
    if (other === undefined || step.name !== other.name || step.uid !== other.uid) return false;
    if (step.action === undefined || other.action === undefined) return step.action === other.action;
    return isSameAction(step.action, other.action);
  });

/** The course so far, or a new one. After another question it goes on, or back, as people answered. */
async function begin({ input, plan, decision, approval, ports }: Course): Promise<PlanRun> {
  const { planRun } = input;
  const { approvalId } = decision;
  if (planRun?.approvalId === approvalId) return planRun;
  await publishApprovalOutcome(approvalId, input.incident, ports);
  const startedAt = ports.clock.now().toISOString();
  const fresh = { approvalId, waitedSeconds: 0, heldSeconds: 0, waitSeconds: 0 };
  if (planRun === undefined)
    return {
      ...fresh,
      startedAt,
      why: '',
      steps: plan.steps.map(() => ({ state: 'left', detail: '' })),
      direction: 'on',
      at: 0,
      resumed: 0,
    };
  const resumed = planRun.resumed + (decision.plan?.about === 'half-done' ? 1 : 0);
  if (approval.verdict === 'take-back') {
    const by = `${approval.decidedBy} said to take it back.`;
    return { ...planRun, ...fresh, resumed, why: by, direction: 'back', at: plan.steps.length - 1 };
  }
  return { ...planRun, ...fresh, resumed, direction: 'on', at: nextPlace(planRun) };
}

/** The first step that is not through. */
function nextPlace({ steps }: PlanRun): number {
  const place = steps.findIndex(({ state }) => state !== 'done');
  return place < 0 ? steps.length : place;
}

const withStep = (run: PlanRun, index: number, state: StepState, detail: string): PlanRun => ({
  ...run,
  steps: run.steps.map((step, place) => (place === index ? { state, detail: shorten(detail, 600) } : step)),
});

async function goOn(course: Course, run: PlanRun): Promise<Moved> {
  const { plan, asked } = course;
  const step = plan.steps[run.at];
  if (step === undefined) return finish(course, run);
  if (!asked.on.includes(step.name)) return askNext(course, run);
  const state = run.steps[run.at]?.state ?? 'left';
  if (step.action === undefined || state === 'acted') return look(course, run, step);
  return act(course, run, { step, action: step.action, takesBack: false });
}

interface Doing {
  readonly step: PlanStep;
  readonly action: Action;
  readonly takesBack: boolean;
}

type Tried =
  | { readonly kind: 'done'; readonly detail: string }
  | { readonly kind: 'going'; readonly detail: string }
  /** The target is not in the state that people approved, and nothing of the plan is done yet. */
  | { readonly kind: 'changed'; readonly why: string }
  | { readonly kind: 'not-done' | 'uncertain'; readonly why: string; readonly policies: readonly string[] };

async function act(course: Course, run: PlanRun, doing: Doing): Promise<Moved> {
  const { step, action } = doing;
  const tried = await attempt(course, run, doing);
  switch (tried.kind) {
    case 'changed':
      return { remediation: { kind: 'changed', why: tried.why }, verificationPlan: [], planRun: undefined };
    case 'going': {
      const on = withStep(run, run.at, 'begun', tried.detail);
      if (run.waitedSeconds < step.limitSeconds) return going(on, tried.detail, lookSeconds);
      const why = `It was not through after ${step.limitSeconds} seconds. ${tried.detail}`;
      await course.ports.ledger.finish(ledgerKey(action, run), { kind: 'failed', why });
      return failed(course, withStep(on, run.at, 'begun', why), step, { why, policies: [] });
    }
    case 'done':
      return going(restart(withStep(run, run.at, 'acted', tried.detail)), tried.detail, 2);
    case 'not-done':
      return failed(course, withStep(run, run.at, 'failed', tried.why), step, tried);
    case 'uncertain':
      return failed(course, withStep(run, run.at, 'uncertain', tried.why), step, tried);
  }
}

const restart = (run: PlanRun): PlanRun => ({ ...run, waitedSeconds: 0, heldSeconds: 0 });

/** Tries an action once: looks at the world, asks the policies, and acts. It reports the result of an earlier try. */
async function attempt(course: Course, run: PlanRun, doing: Doing): Promise<Tried> {
  const { input, ports } = course;
  const { action } = doing;
  const key = ledgerKey(action, run);
  const problem = actionProblem(action, input.incident.id);
  if (problem !== undefined) return { kind: 'not-done', why: problem, policies: [] };
  const entry = await ports.ledger.look(key);
  if (entry.kind === 'finished') return resultOf(entry.result);
  const isBegun = entry.kind === 'begun';
  try {
    const refusal = await refusalOf(course, run, doing, isBegun);
    if (refusal !== undefined) {
      if (refusal.kind === 'changed') return refusal;
      const unknown = isBegun
        ? `${refusal.why} An earlier try began; it is unknown whether it took effect.`
        : refusal.why;
      const tried = {
        kind: isBegun ? ('uncertain' as const) : ('not-done' as const),
        why: unknown,
        policies: refusal.policies,
      };
      if (isBegun) await ports.ledger.finish(key, { kind: 'failed', why: unknown });
      await note(course, run, doing, tried);
      return tried;
    }
    const startedAt = ports.clock.now().toISOString();
    const begun = await ports.ledger.begin({ key, incidentId: input.incident.id, action, at: startedAt });
    if (begun.kind === 'finished') return resultOf(begun.result);
    const outcome = await ports.executor.execute({ ...action, incidentId: input.incident.id });
    const tried: Exclude<Tried, { kind: 'changed' }> =
      outcome.kind === 'refused'
        ? { kind: 'not-done', why: redact(outcome.why), policies: [] }
        : outcome.kind === 'going'
          ? { kind: 'going', detail: redact(outcome.detail) }
          : { kind: 'done', detail: redact(outcome.detail) };
    if (tried.kind === 'going') return tried;
    await ports.ledger.finish(key, ledgerResult(tried, startedAt, ports.clock.now().toISOString()));
    await note(course, run, doing, tried);
    return tried;
  } catch (error) {
    if (!(error instanceof WatchkeeperError)) throw error;
    if (error instanceof Unavailable)
      return { kind: 'going', detail: `It could not be reached: ${redact(error.message)}` };
    const why = `${redact(error.message)} It is unknown whether it took effect.`;
    await ports.ledger.finish(key, { kind: 'failed', why });
    const tried = { kind: 'uncertain', why, policies: [] } as const;
    await note(course, run, doing, tried);
    return tried;
  }
}

function ledgerResult(
  tried: Exclude<Tried, { kind: 'going' | 'changed' }>,
  startedAt: string,
  finishedAt: string,
): RemediationResult {
  if (tried.kind === 'done') return { kind: 'done', detail: tried.detail, startedAt, finishedAt };
  if (tried.kind === 'uncertain') return { kind: 'failed', why: tried.why };
  return { kind: 'refused', why: tried.why, policies: [...tried.policies] };
}

function resultOf(result: RemediationResult): Tried {
  switch (result.kind) {
    case 'done':
    case 'already-done':
      return { kind: 'done', detail: result.detail };
    case 'failed':
      return { kind: 'uncertain', why: result.why, policies: [] };
    case 'refused':
      return { kind: result.uncertain ? 'uncertain' : 'not-done', why: result.why, policies: result.policies };
    case 'changed':
      return { kind: 'not-done', why: result.why, policies: [] };
  }
}

type Refusal =
  | { readonly kind: 'refused'; readonly why: string; readonly policies: readonly string[] }
  | { readonly kind: 'changed'; readonly why: string };

/** Why the step may not be done now: the world is not as people saw it, or the policies forbid it. A step that has begun may have changed the world. */
async function refusalOf(course: Course, run: PlanRun, doing: Doing, isBegun: boolean): Promise<Refusal | undefined> {
  const { input, plan, approval, people, ports } = course;
  const { step, action, takesBack } = doing;
  const hypothesis = input.diagnosis.hypotheses[0];
  if (hypothesis === undefined) return { kind: 'refused', why: 'There is no hypothesis to act on.', policies: [] };
  if (!takesBack && !isBegun && course.asked.about === 'begin' && !leftHalfDone(run)) {
    const changed = await changedSince(approval, action, ports);
    if (changed !== undefined) return { kind: 'changed', why: changed.why };
  }
  const snapshot = await takeTargetSnapshot(action.target, input.incident.id, ports.targets);
  const problem = isBegun ? undefined : worldProblem(step, action, snapshot, input);
  if (problem !== undefined) return { kind: 'refused', why: problem, policies: [] };
  const lead = plan.steps.find((one) => one.action !== undefined)?.target ?? action.target;
  const catalog = await ports.catalog.load();
  const requester = input.incident.trigger.slack?.user;
  const facts = {
    ...(await authorizationFactsOf(input, hypothesis, action, catalog, ports, snapshot, lead)),
    approvals: people.size,
    requesterApproved: !takesBack && requester !== undefined && people.has(requester),
    takesBack,
  };
  const environment = facts.place.environment ?? 'unknown';
  const actor = { kind: 'person', id: approval.decidedBy } as const;
  const allowed = await ports.acts.enter(environment, actOf(action, facts), async (acts) => {
    const conflicting = await conflictingActionOf(
      action.target,
      { acts, incident: input.incident, now: facts.now },
      ports,
    );
    return authorize(actor, action, { ...facts, acts, conflicting }, ports.policies);
  });
  return allowed.allowed ? undefined : { kind: 'refused', why: allowed.why, policies: allowed.policies };
}

/** How the world differs from what the approval showed, in words; undefined if it does not. */
export function worldProblem(
  step: Pick<PlanStep, 'uid'>,
  action: Action,
  snapshot: TargetSnapshot,
  input: Pick<ApprovalResolved, 'reports' | 'priorReports'>,
): string | undefined {
  const { lookup, around } = snapshot;
  const name = `${action.target.kind} ${action.target.name}`;
  if (lookup.kind === 'absent') return `${name} does not exist any more.`;
  if (lookup.kind === 'unseen') return `${name} cannot be looked at: ${lookup.why}`;
  const { uid } = targetStateOf(lookup);
  if (step.uid !== undefined && uid !== step.uid)
    return `${name} is not the object any more that the approval was for.`;
  const broken = brokenOn(action, snapshot);
  if (broken !== undefined) return broken;
  if (action.affects === undefined) return undefined;
  const calls = [...input.priorReports, ...input.reports].flatMap((report) => report.topology?.calls ?? []);
  const now = impactOf(action, lookup, around.objects, calls);
  if (now.pods > action.affects.pods)
    return `It would now touch ${now.pods} pods, and the approval showed ${action.affects.pods}.`;
  if ((now.sharePercent ?? 0) > (action.affects.sharePercent ?? 100))
    return `It would now touch ${now.sharePercent} % of the ready pods, and the approval showed ${action.affects.sharePercent} %.`;
  return undefined;
}

/** Looks whether the condition of the step holds, and has held for long enough. */
async function look(course: Course, run: PlanRun, step: PlanStep): Promise<Moved> {
  const { plan, input, ports } = course;
  const definition = stepNamed(plan.id, step.name);
  if (definition === undefined)
    return failed(course, run, step, { why: `There is no step "${step.name}" any more.`, policies: [] });
  const { lookup, around } = await takeTargetSnapshot(
    step.target,
    input.incident.id,
    tolerateUnavailable(ports.targets),
  );
  const scope = { incidentId: input.incident.id };
  const others = await Promise.all(
    (step.others ?? []).map(async (target) => ({
      target,
      lookup: await tolerateUnavailable(ports.targets).look(target, scope),
    })),
  );
  const isOther = lookup.kind === 'object' && step.uid !== undefined && targetStateOf(lookup).uid !== step.uid;
  const judged = isOther
    ? ({ kind: 'broken', detail: 'It is not the object any more that the approval was for.' } as const)
    : definition.holds({ plan, step, lookup, around, others, since: new Date(run.startedAt) });
  if (judged.kind === 'broken') return failed(course, run, step, { why: judged.detail, policies: [] });
  if (judged.kind === 'holds' && run.heldSeconds >= step.holdSeconds) {
    const next = restart({ ...withStep(run, run.at, 'done', judged.detail), at: run.at + 1 });
    await tell(course, next, {
      to: 'step-done',
      step: step.name,
      text: `Step ${run.at + 1} of ${plan.steps.length} is through: ${step.title}. ${judged.detail}`,
      key: `${step.name}:${run.resumed}`,
    });
    return going(next, judged.detail);
  }
  if (run.waitedSeconds >= step.limitSeconds) {
    const why = `"${step.check}" did not hold within ${step.limitSeconds} seconds. ${judged.detail}`;
    return failed(course, run, step, { why, policies: [] });
  }
  if (judged.kind === 'not-yet') return going({ ...run, heldSeconds: 0 }, judged.detail, lookSeconds);
  const wait = Math.max(1, Math.min(30, step.holdSeconds - run.heldSeconds));
  return going({ ...run, heldSeconds: run.heldSeconds + wait }, judged.detail, wait);
}

/** A step did not come to its end: what was done is taken back, or people are asked. */
async function failed(
  course: Course,
  run: PlanRun,
  step: PlanStep,
  { why, policies }: { readonly why: string; readonly policies: readonly string[] },
): Promise<Moved> {
  const reason = `${step.title}: ${why}`;
  if (!leftHalfDone(run))
    return end(course, { ...run, why: reason }, { kind: 'refused', why, policies: [...policies] });
  if (step.ifFails !== 'take-back' || course.asked.back.length === 0) return handOver(course, run, reason);
  const back = restart({ ...run, why: shorten(reason, 1000), direction: 'back', at: course.plan.steps.length - 1 });
  await tell(course, back, {
    to: 'taking-back',
    step: step.name,
    text: `${reason} So what was done before is taken back, as it was approved.`,
    key: `${step.name}:${run.resumed}`,
  });
  return going(back, reason);
}

async function goBack(course: Course, run: PlanRun): Promise<Moved> {
  const { plan, asked, input } = course;
  const at = lastTouched(plan, run);
  const step = plan.steps[at];
  if (step?.action === undefined) return end(course, run, { kind: 'ended', why: unfinishedText(plan, run, run.why) });
  const here = { ...run, at };
  const { inverse } = step.action;
  const action = inverseOf(step.action, input.incident.id);
  if (action === undefined || !asked.back.includes(step.name)) {
    const why = inverse?.kind === 'none' ? inverse.why : 'It is not known how, or nobody was asked.';
    return going(withStep(here, at, 'not-taken-back', why), why);
  }
  // A later step of the plan was the way back already.
  const done = plan.steps.findIndex((one) => one.action?.idempotencyKey === action.idempotencyKey);
  if (done >= 0 && run.steps[done]?.state === 'done') {
    const both = withStep(withStep(here, at, 'taken-back', ''), done, 'taken-back', '');
    return going(both, 'It was taken back before.');
  }
  const tried = await attempt(course, here, { step, action, takesBack: true });
  switch (tried.kind) {
    case 'going':
      if (run.waitedSeconds < step.limitSeconds) return going(here, tried.detail, lookSeconds);
      return handOver(course, here, `Taking it back was not through in time. ${tried.detail}`);
    case 'done':
      return going(restart(withStep(here, at, 'taken-back', tried.detail)), tried.detail, 2);
    case 'changed':
      return handOver(course, here, tried.why);
    case 'not-done':
      // If it is unknown whether the step took effect, the world may show that it did not.
      if (run.steps[at]?.state === 'uncertain' && tried.policies.length === 0)
        return going(withStep(here, at, 'failed', `There is nothing to take back: ${tried.why}`), tried.why);
      return handOver(course, here, `${action.title}: ${tried.why}`);
    case 'uncertain':
      return handOver(course, here, `${action.title}: ${tried.why}`);
  }
}

/** The last step whose change is in place, or may be; -1 if there is none. */
const lastTouched = (plan: Plan, { steps }: PlanRun): number =>
  steps.findLastIndex(({ state }, index) => isTouched(state) && plan.steps[index]?.action !== undefined);

/** Asks how a half-done plan goes on. If nothing was done, or if people were asked often enough, the plan ends. */
async function handOver(course: Course, run: PlanRun, why: string): Promise<Moved> {
  const { plan } = course;
  const stopped = { ...run, why: shorten(why, 1000) };
  if (!leftHalfDone(stopped))
    return end(course, stopped, { kind: 'refused', why: unfinishedText(plan, stopped, why), policies: [] });
  if (run.resumed >= maxResumed) {
    const text = `${unfinishedText(plan, stopped, why)} It has stopped ${run.resumed + 1} times: a person has to go on by hand.`;
    return end(course, stopped, { kind: 'ended', why: text });
  }
  const at = nextPlace(stopped);
  const from = questionFor(plan, 'half-done', at);
  const back = plan.steps.flatMap(({ name, action }, index) =>
    action?.inverse?.kind === 'action' && isTouched(stopped.steps[index]?.state ?? 'left') ? [name] : [],
  );
  const done = stateLines(plan, stopped);
  const text = unfinishedText(plan, stopped, why);
  await tell(course, stopped, { to: 'stopped', text, key: `${run.resumed}:${run.direction}` });
  await publishApprovalOutcome(course.approval.id, course.input.incident, course.ports, true);
  const decision = await askAgain(course, stopped, { ...from, back, done }, text);
  return { ...moved({ ...stopped, at }, { kind: 'asks', why: text }), decision };
}

/** Asks for the next step of a plan that is approved step by step. */
async function askNext(course: Course, run: PlanRun): Promise<Moved> {
  const { plan } = course;
  const asked = { ...questionFor(plan, 'next', run.at), done: stateLines(plan, run) };
  const why = `Step ${run.at + 1} of ${plan.steps.length}. ${plan.why}`;
  const decision = await askAgain(course, run, asked, why);
  const ifNot = unfinishedText(plan, run, 'The next step was not approved.');
  return { ...moved(run, { kind: 'asks', why: ifNot }), decision };
}

async function askAgain(course: Course, run: PlanRun, asked: PlanQuestion, why: string): Promise<Decision> {
  const { plan, input, decision, ports } = course;
  const hypothesis = input.diagnosis.hypotheses[0];
  const next = plan.steps.find(({ name, action }) => action !== undefined && asked.on.includes(name));
  const action = next?.action ?? plan.steps[lastTouched(plan, run)]?.action ?? decision.action;
  const catalog = await ports.catalog.load();
  const snapshot = await takeTargetSnapshot(action.target, input.incident.id, tolerateUnavailable(ports.targets));
  const lead = plan.steps.find((one) => one.action !== undefined)?.target ?? action.target;
  if (hypothesis === undefined) return decision;
  const facts = await authorizationFactsOf(input, hypothesis, action, catalog, ports, snapshot, lead);
  const requirement = await ifApproved(action, facts, ports);
  const before = await ports.approvals.ofIncident(input.incident.id);
  const made = approvalQuestion(action, requirement, '', facts, before, { input, catalog, bounds: why, plan: asked });
  const { shownFor: _, ...rest } = made;
  return { ...rest, why: shorten(`${why} ${requirement.answer.why}`, 1500), once: true };
}

/** All steps are through. The specialists are asked again, as after a single action. */
async function finish(course: Course, run: PlanRun): Promise<Moved> {
  const { plan, input, ports } = course;
  const { incident, context } = input;
  await publishApprovalOutcome(course.approval.id, incident, ports, true);
  const text = `All ${plan.steps.length} steps are through: ${plan.title}.`;
  await tell(course, run, { to: 'finished', text, key: 'finished' });
  await publishResult(course, run, text);
  await ports.incidents.update(incident.id, { status: 'verifying' });
  await publishProgress(incident.id, ports);
  const action = plan.steps.flatMap((step) => step.action ?? [])[0] ?? course.decision.action;
  await markPage('acknowledged', { incident, context, action }, ports);
  const now = ports.clock.now();
  return {
    remediation: { kind: 'done', detail: text, startedAt: run.startedAt, finishedAt: now.toISOString() },
    verificationPlan: verificationPlan(input, action, now),
    planRun: run,
  };
}

/** Tells the thread what each step came to; a proposal is the result of its step. If the thread cannot be reached, the timeline has it all. */
async function publishResult({ plan, input, ports }: Course, run: PlanRun, headline: string): Promise<void> {
  const lines = plan.steps.flatMap(({ title }, index) => {
    const detail = run.steps[index]?.detail ?? '';
    return detail === '' ? [] : [`${title}: ${detail}`];
  });
  try {
    await ports.chat.publish({
      key: `plan-${input.incident.id}-${plan.id}`,
      incidentId: input.incident.id,
      kind: 'verification',
      headline: shorten(headline, 300),
      lines: lines.map((line) => shorten(line, 1500)),
      ...threadOf(input.incident.trigger),
    });
  } catch {
    const event = { type: 'MessageFailed', place: 'thread', about: 'status' } as const;
    await record(input.incident.id, event, { step: 'Remediate', key: `${plan.id}:result` }, ports);
  }
}

async function end(course: Course, run: PlanRun, remediation: Extract<Result, { why: string }>): Promise<Moved> {
  await publishApprovalOutcome(course.approval.id, course.input.incident, course.ports, true);
  await tell(course, run, { to: 'ended', text: remediation.why, key: `ended:${run.resumed}` });
  return moved(run, remediation);
}

async function tell(
  { plan, input, approval, ports }: Course,
  run: PlanRun,
  {
    to,
    step,
    text,
    key,
  }: { readonly to: EventOf<'PlanMoved'>['to']; readonly step?: string; readonly text: string; readonly key: string },
): Promise<void> {
  await record(
    input.incident.id,
    {
      type: 'PlanMoved',
      plan: plan.id,
      title: plan.title,
      approvalId: approval.id,
      to,
      ...(step === undefined ? {} : { step }),
      halfDone: leftHalfDone(run) && to !== 'finished',
      text: shorten(text, 2000),
    },
    { step: 'Remediate', key: `${plan.id}:${to}:${key}` },
    ports,
  );
  if (to !== 'ended') await publishProgress(input.incident.id, ports);
}

/** Records the result of one action of the plan, and audits it. */
async function note(
  { input, approval, ports }: Course,
  run: PlanRun,
  { action, step }: Doing,
  tried: Exclude<Tried, { kind: 'going' | 'changed' }>,
): Promise<void> {
  const about = { action: summaryOf(action), approvalId: approval.id };
  const event: EventOf<'ActionFinished' | 'ActionRefused'> =
    tried.kind === 'done'
      ? { type: 'ActionFinished', ...about, result: { kind: 'done', detail: tried.detail } }
      : tried.kind === 'uncertain'
        ? { type: 'ActionFinished', ...about, result: { kind: 'failed', why: tried.why } }
        : { type: 'ActionRefused', ...about, changed: false, why: tried.why, policies: [...tried.policies] };
  const key = `${approval.id}:${ledgerKey(action, run)}`;
  await recordAudit(
    {
      incidentId: input.incident.id,
      actor: { kind: 'person', id: approval.decidedBy },
      kind: 'action',
      outcome: tried.kind === 'not-done' ? 'refused' : tried.kind,
      about: approval.id,
      key: `${step.name}:${ledgerKey(action, run)}`,
      action,
      text: describe(event),
      policies: 'policies' in tried ? [...tried.policies] : [],
      policyVersion: ports.policies.version,
      evidenceIds: action.evidenceIds,
    },
    ports,
  );
  await record(input.incident.id, event, { step: 'Remediate', key, evidenceIds: action.evidenceIds }, ports);
}
