// Decides whether to report, ask, act or refuse. It considers at most one action, for the first hypothesis, on a target that this incident's
// evidence names. Every decision carries its reason and its policies.

import { WatchkeeperError } from '../errors.ts';
import { type ExactError, exactErrorOf, formerFingerprintOf, workloadOf } from '../fingerprint/fingerprint.ts';
import type { Action, Decision, Preference } from '../model/action.ts';
import { confidenceToAct, type Diagnosis, type Hypothesis } from '../model/diagnosis.ts';
import type { KnownFix } from '../model/levels.ts';
import type { EventOf } from '../model/timeline.ts';
import type { Synthesized } from '../model/workflow.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { Ports } from '../ports/index.ts';
import type { Executor } from '../ports/telemetry.ts';
import { summaryOf } from '../record/action-summary.ts';
import { recordAudit, watchkeeper } from '../record/audit/record.ts';
import { describe, fixesText } from '../record/describe.ts';
import { record } from '../record/timeline.ts';
import { shorten } from '../text.ts';
import { locate } from '../topology/placement.ts';
import { ifApproved, question } from './approval-question.ts';
import { type AuthorizationFacts, authorize, type PolicyContext, policyContextOf } from './authorization.ts';
import { authorizationFactsOf } from './authorization-facts.ts';
import { actionOf, actionProblem, offerFor, type RuledOut } from './catalogue.ts';
import { injectionAttemptIn } from './instructions.ts';
import { howDecided, openCase, shadowOf } from './levels/cases.ts';
import { rowOf, whyTooLittleEvidence } from './levels/earned.ts';
import { helpfulFixes, provenAction } from './levels/known-fixes.ts';
import { nextStepOf } from './next-step.ts';
import { planInstead } from './plan-offer.ts';
import { brokenOn, planOn, takeTargetSnapshot } from './target-snapshot.ts';
import { tolerateUnavailable } from './target-state.ts';
import { whyNeverUnattended } from './teachable.ts';

type DecidePorts = Pick<
  Ports,
  | 'incidents'
  | 'clock'
  | 'ids'
  | 'catalog'
  | 'policies'
  | 'preferences'
  | 'executor'
  | 'targets'
  | 'acts'
  | 'controls'
  | 'approvals'
  | 'audit'
  | 'levels'
>;

/** Below this confidence no action is suggested: a person should look first. */
const enoughConfidence = 0.5;
/** After this many questions the target keeps changing, and a person should look. */
const maxQuestions = 3;

export async function decide(
  input: Synthesized,
  ports: DecidePorts,
): Promise<{ decision: Decision; diagnosis: Diagnosis }> {
  const { decision, policyContext, ruledOut = [], about } = await chooseDecision(input, ports);
  const fixes = await recalledFixes(input, ports);
  const diagnosis = withFixes(withNextStep(input.diagnosis, decision, ruledOut), fixes);
  await ports.incidents.saveDiagnosis(input.incident.id, diagnosis);
  const approvalId = decision.kind === 'ask' ? decision.approvalId : undefined;
  const made = decisionMade(decision);
  await recordAudit(
    {
      incidentId: input.incident.id,
      actor: decision.kind === 'act' ? { kind: 'preference', id: decision.preferenceId } : watchkeeper,
      kind: 'decision',
      outcome: decision.kind,
      key: approvalId,
      action: 'action' in decision ? decision.action : undefined,
      text: describe(made),
      policies: decision.policies,
      policyVersion: ports.policies.version,
      evidenceIds: input.diagnosis.hypotheses[0]?.evidenceIds.slice(0, 8) ?? [],
      facts: policyContext,
    },
    ports,
  );
  await record(input.incident.id, made, { step: 'Decide', key: approvalId }, ports);
  if (fixes.length > 0)
    await record(
      input.incident.id,
      { type: 'FixesRecalled', fixes: [...fixes] },
      { step: 'Decide', key: 'fixes' },
      ports,
    );
  if (about !== undefined) await keepCase(input, decision, about, ports);
  await reportInjectionAttempt(input, policyContext, ports);
  return { decision, diagnosis };
}

/** What people did when exactly this error occurred before, if it helped: the latest first two, oldest first. */
async function recalledFixes(input: Synthesized, ports: DecidePorts): Promise<readonly KnownFix[]> {
  const first = input.diagnosis.hypotheses[0];
  const error = first && exactErrorOf(first, input.context, await ports.catalog.load());
  if (error === undefined || 'missing' in error || input.takingBack !== undefined) return [];
  return helpfulFixes(error.fingerprint, input.incident.id, ports);
}

const withFixes = (diagnosis: Diagnosis, fixes: readonly KnownFix[]): Diagnosis =>
  fixes.length === 0
    ? diagnosis
    : { ...diagnosis, next: shorten(`${fixesText(fixes)} ${diagnosis.next ?? ''}`.trim(), 500) };

/** Keeps the decision as evidence for levels. If the level forbids the action, the timeline says what would have been done. */
async function keepCase(
  { incident }: Synthesized,
  decision: Decision,
  { action, facts, hypothesis, fingerprint }: Considering,
  ports: DecidePorts,
): Promise<void> {
  const shadow = decision.kind === 'refuse' ? await shadowOf(action, facts, ports) : undefined;
  const how = shadow === undefined ? howDecided[decision.kind] : 'shadowed';
  // The steps of a plan are several actions; what came of it says nothing about one of them.
  if (how === undefined || (decision.kind === 'ask' && decision.plan !== undefined)) return;
  await openCase(incident.id, { how, action, facts, hypothesis, fingerprint }, ports);
  if (shadow === undefined) return;
  const event = {
    type: 'ActionShadowed',
    action: summaryOf(action),
    level: facts.place.level,
    ...shadow,
    why: hypothesis.summary,
  } as const;
  await record(incident.id, event, { step: 'Decide', key: 'shadow', evidenceIds: action.evidenceIds }, ports);
}

function withNextStep(diagnosis: Diagnosis, decision: Decision, ruledOut: readonly RuledOut[]): Diagnosis {
  const first = diagnosis.hypotheses[0];
  if (!first || first.cause === 'unknown') return diagnosis;
  const idsOf = (isPossible: boolean) =>
    ruledOut.filter(({ code }) => (code !== 'not-possible') === isPossible).map(({ id }) => id);
  const notOffered = { ruledOut: idsOf(true), impossible: idsOf(false) };
  return { ...diagnosis, next: shorten(nextStepOf(decision, first, notOffered), 500) };
}

/** Tells people about words in telemetry that read like instructions. The words change nothing else. */
async function reportInjectionAttempt(
  input: Synthesized,
  policyContext: Chosen['policyContext'],
  ports: DecidePorts,
): Promise<void> {
  const attempt = await injectionAttemptIn(input, policyContext, ports.policies);
  if (!attempt) return;
  const text = describe(attempt);
  const { policies } = attempt;
  const about = { incidentId: input.incident.id, actor: watchkeeper, kind: 'decision', outcome: 'not-obeyed' } as const;
  await recordAudit(
    { ...about, key: 'attempt', text, policies: [...policies], policyVersion: ports.policies.version },
    ports,
  );
  await record(input.incident.id, attempt, { step: 'Decide', key: 'attempt' }, ports);
}

interface Chosen {
  readonly decision: Decision;
  readonly policyContext?: PolicyContext | undefined;
  /** Actions that fit the cause and would not help. */
  readonly ruledOut?: readonly RuledOut[];
  /** The action that was considered, for the evidence of levels. */
  readonly about?: Considering | undefined;
}

interface Considering {
  readonly action: Action;
  readonly facts: AuthorizationFacts;
  readonly hypothesis: Hypothesis;
  readonly fingerprint: string | undefined;
}

const report = (why: string, ruledOut: readonly RuledOut[] = []): Chosen => ({
  decision: { kind: 'report', why, policies: [] },
  ruledOut,
});

/** Offers to revert an action that made the problem worse. A person always has to approve, and the same policies apply. */
async function chooseTakingBack(
  input: Synthesized,
  { action: planned, why }: NonNullable<Synthesized['takingBack']>,
  ports: DecidePorts,
): Promise<Chosen> {
  const { incident } = input;
  const first = input.diagnosis.hypotheses[0];
  const problem = actionProblem(planned, incident.id);
  if (problem !== undefined || !first) return report(`It is not taken back: ${problem ?? 'there is no hypothesis'}`);
  const catalog = await ports.catalog.load();
  const snapshot = await takeTargetSnapshot(planned.target, incident.id, tolerateUnavailable(ports.targets));
  const broken = brokenOn(planned, snapshot);
  if (broken !== undefined) return report(`${planned.title} is not suggested. ${broken}`);
  const facts = await authorizationFactsOf(input, first, planned, catalog, ports, snapshot);
  const action = facts.live.seen ? { ...planned, affects: facts.affects } : planned;
  const policyContext = policyContextOf(action, facts);
  const requirement = await ifApproved(action, facts, ports);
  if (!requirement.answer.allowed) {
    const { why: no, policies } = requirement.answer;
    return { decision: { kind: 'refuse', why: no, policies: [...policies], action }, policyContext };
  }
  const trial = await dryRun(action, incident.id, ports);
  if (trial.kind === 'refused') return report(`${action.title} is not suggested. ${trial.why}`);
  const approvalQuestion = question(action, requirement, '', facts, [], { input, catalog, bounds: why });
  return {
    decision: { ...approvalQuestion, approvalId: `${approvalQuestion.approvalId}-back`, once: true },
    policyContext,
  };
}

async function chooseDecision(input: Synthesized, ports: DecidePorts): Promise<Chosen> {
  const { incident, context } = input;
  if (input.takingBack !== undefined) return chooseTakingBack(input, input.takingBack, ports);
  const first = input.diagnosis.hypotheses[0];
  if (!first || first.cause === 'unknown') return report('The diagnosis names no cause that an action could fix.');
  const subject = `${first.entity.kind} ${first.entity.name}`;
  if (confidenceToAct(first) < enoughConfidence) {
    return report('The first hypothesis is not sure enough to suggest an action; a person should look first.');
  }
  const catalog = await ports.catalog.load();
  const error = exactErrorOf(first, context, catalog);
  const { cluster, namespace } = locate(first.entity, context);
  const inNamespace = first.entity.kind !== 'Node';
  const target =
    !cluster || (inNamespace && !namespace)
      ? undefined
      : { ...first.entity, cluster, namespace: inNamespace ? (namespace ?? '') : '' };
  const snapshot = target && (await takeTargetSnapshot(target, incident.id, tolerateUnavailable(ports.targets)));
  const seen = {
    hypothesis: first,
    findings: [...input.priorReports, ...input.reports].flatMap(({ findings }) => findings),
    target: snapshot?.lookup.kind === 'object' ? snapshot.lookup.object : undefined,
    around: snapshot?.around.objects ?? [],
  };
  const fixes = 'missing' in error ? [] : await helpfulFixes(error.fingerprint, incident.id, ports);
  const offer = offerFor(seen, provenAction(fixes));
  if (!('missing' in error))
    await ports.incidents.update(incident.id, {
      error: {
        ...error,
        ...(offer.kind === 'offered' ? { actionId: offer.entry.id } : {}),
        target: locate(first.entity, context),
      },
    });
  if (offer.kind === 'none') return report(`The catalogue has no action for ${first.cause} of ${subject}.`);
  if (offer.kind === 'ruled-out')
    return report(
      `${subject}: ${offer.ruledOut.map(({ id, why }) => `${id} would not help. ${why}`).join(' ')}`,
      offer.ruledOut,
    );
  const { entry, ruledOut } = offer;
  if (target === undefined || snapshot === undefined)
    return report(`Cluster or namespace of ${subject} is unknown, so Watchkeeper cannot act there.`, ruledOut);

  const plan = planOn(entry.id, snapshot);
  const impossible: readonly RuledOut[] = [...ruledOut, { id: entry.id, code: 'not-possible', why: '' }];
  if (plan.kind === 'refused') return report(`${subject}: ${entry.id} is not suggested. ${plan.why}`, impossible);
  const about = { incidentId: incident.id, evidenceIds: first.evidenceIds };
  const single = actionOf(entry, target, about, plan.parameters);
  const facts = await authorizationFactsOf(input, first, single, catalog, ports, snapshot);
  const action = facts.live.seen ? { ...single, affects: facts.affects } : single;
  const policyContext = policyContextOf(action, facts);
  const considering: Considering = {
    action,
    facts,
    hypothesis: first,
    fingerprint: 'missing' in error ? undefined : error.fingerprint,
  };
  const requirement = await ifApproved(action, facts, ports);
  if (!requirement.answer.allowed) {
    const { why, policies } = requirement.answer;
    return { decision: { kind: 'refuse', why, policies: [...policies], action }, policyContext, about: considering };
  }

  const trial = await dryRun(action, incident.id, ports);
  if (trial.kind === 'refused') return report(`${action.title} is not suggested. ${trial.why}`, impossible);

  const taught = await fromTaught(first, { input, action, facts, catalog }, ports);
  if (taught.kind === 'act') return { decision: taught.decision, policyContext, about: considering };
  const before = (await ports.approvals.ofIncident(incident.id)).filter(({ state }) => state !== 'pending');
  if (before.length >= maxQuestions) {
    const why = `It was asked ${before.length} times, and each time the target had changed before it could be done. A person should look.`;
    return { decision: { kind: 'refuse', why, policies: [], action }, policyContext };
  }
  const planned = await planInstead({ input, hypothesis: first, seen, action, snapshot, catalog, before }, ports);
  if (planned.kind === 'offered') return { decision: planned.decision, policyContext };
  const approvalQuestion = question(action, requirement, taught.why, facts, before, {
    input,
    catalog,
    bounds: [plan.limit, planned.kind === 'not-offered' ? planned.why : ''].filter(Boolean).join(' '),
  });
  const notTeachable = await whyNotTeachable(error, considering, catalog, ports);
  return {
    decision: {
      ...approvalQuestion,
      ...(notTeachable === undefined ? {} : { notTeachable }),
      ...(first.proposal === undefined ? {} : { proposedBy: first.proposal.by }),
    },
    policyContext,
    about: considering,
  };
}

/** Why the question does not offer "don't ask again"; undefined if it does. */
async function whyNotTeachable(
  error: ReturnType<typeof exactErrorOf>,
  { action, facts, hypothesis }: Considering,
  catalog: Catalog,
  ports: DecidePorts,
): Promise<string | undefined> {
  if ('missing' in error) return shorten(`There is no exact error that could be remembered: ${error.missing}.`, 600);
  const why =
    (await whyNeverUnattended(action, facts, ports.policies)) ??
    (await whyTooLittleEvidence(rowOf(facts.place, hypothesis.cause, action.id), catalog, ports));
  return why === undefined ? undefined : shorten(why, 600);
}

/** If the dry run fails, the action is not suggested; the diagnosis stays. */
async function dryRun(action: Action, incidentId: string, ports: DecidePorts): ReturnType<Executor['dryRun']> {
  try {
    return await ports.executor.dryRun({ ...action, incidentId });
  } catch (error) {
    if (error instanceof WatchkeeperError) return { kind: 'refused', why: error.message };
    throw error;
  }
}

interface Considered {
  readonly input: Synthesized;
  readonly action: Action;
  readonly facts: AuthorizationFacts;
  readonly catalog: Catalog;
}
type FromTaught =
  | { readonly kind: 'act'; readonly decision: Decision }
  | { readonly kind: 'ask'; readonly why: string };

/** Looks for a preference for exactly this error, action and workload, newest first. It uses and counts the first one that the policies allow. */
async function fromTaught(first: Hypothesis, considered: Considered, ports: DecidePorts): Promise<FromTaught> {
  const { input, action, catalog } = considered;
  const error = exactErrorOf(first, input.context, catalog);
  if ('missing' in error) return { kind: 'ask', why: '' };
  const found = await ports.preferences.find(error.fingerprint);
  const matching = found
    .filter((preference) => isTaughtFor(preference, action, error))
    .sort((a, b) => b.taughtAt.localeCompare(a.taughtAt));
  let why = '';
  for (const preference of matching) {
    const used = await useTaught(preference, considered, ports);
    if (used.kind === 'act') return used;
    why ||= `It was taught by ${preference.taughtBy} on ${preference.taughtAt.slice(0, 10)}, but: ${used.why}`;
  }
  return { kind: 'ask', why: why || (await toTeachAgain(first, considered, ports)) };
}

/** The note that an active preference has a fingerprint of the older recipe and needs to be taught again; empty if there is none. */
async function toTeachAgain(
  first: Hypothesis,
  { input, action, facts, catalog }: Considered,
  { preferences }: DecidePorts,
): Promise<string> {
  const former = formerFingerprintOf(first, input.context, catalog);
  const found = former === undefined ? [] : await preferences.find(former);
  const [one] = found.filter(
    ({ actionId, state, expiresAt }) =>
      actionId === action.id && state === 'active' && Date.parse(expiresAt) > facts.now.getTime(),
  );
  return one === undefined
    ? ''
    : `${one.taughtBy} taught it on ${one.taughtAt.slice(0, 10)}, when errors were told apart less exactly: it needs to be taught again.`;
}

/** Whether the preference is for this error, action and workload; its readable description has to agree. */
export const isTaughtFor = (
  { actionId, fingerprint, describes }: Preference,
  action: Action,
  error: ExactError,
): boolean =>
  actionId === action.id &&
  fingerprint === error.fingerprint &&
  describes.workload === workloadOf(action.target) &&
  describes.environment === error.describes.environment;

async function useTaught(preference: Preference, considered: Considered, ports: DecidePorts): Promise<FromTaught> {
  const { input, action, facts } = considered;
  if (preference.state !== 'active')
    return { kind: 'ask', why: `it is ${preference.state}. ${preference.stateReason ?? ''}`.trim() };
  const allowed = await authorize({ kind: 'preference', id: preference.id }, action, facts, ports.policies);
  if (!allowed.allowed) return { kind: 'ask', why: allowed.why };
  const used = await ports.preferences.use(preference.id, input.incident.id, ports.clock.now().toISOString());
  if (used.kind === 'refused') return { kind: 'ask', why: used.why };
  return {
    kind: 'act',
    decision: {
      kind: 'act',
      why: `Allowed without asking: taught by ${preference.taughtBy} on ${preference.taughtAt.slice(0, 10)} for exactly this error ("${preference.describes.errorTemplate.slice(0, 160)}"). ${allowed.why}`,
      policies: [...allowed.policies],
      action,
      preferenceId: preference.id,
    },
  };
}

function decisionMade(decision: Decision): EventOf<'DecisionMade'> {
  const { kind, why, policies } = decision;
  return {
    type: 'DecisionMade',
    decision: kind,
    why,
    policies,
    ...('action' in decision && decision.action ? { action: summaryOf(decision.action) } : {}),
    ...(kind === 'ask' ? { approvalId: decision.approvalId } : {}),
    ...(kind === 'act' ? { preferenceId: decision.preferenceId } : {}),
  };
}
