// Verifies whether the problem is gone after an action. It compares the same specialists' findings before and after, for the target and for the
// alerted entity. Missing findings are no recovery: without a positive sign the answer is "unknown". It reports a remaining problem plainly. If
// the action made the problem worse, it notifies the page and offers to revert the action.

import { WatchkeeperError } from '../errors.ts';
import type { Action, Verification } from '../model/action.ts';
import { type EntityRef, sameWorkload } from '../model/entity.ts';
import type { Finding } from '../model/report.ts';
import type { Rechecked, Verified } from '../model/workflow.ts';
import type { Ports } from '../ports/index.ts';
import { recordAudit, watchkeeper } from '../record/audit/record.ts';
import { record } from '../record/timeline.ts';
import { alertedSignalsIn, isProblem } from './alerted-signals.ts';
import { inverseOf } from './catalogue.ts';
import { addToCase } from './levels/cases.ts';
import { demoteAfter } from './levels/earned.ts';
import { leftHalfDone } from './plan-words.ts';
import { withdrawRelatedQuestions } from './siblings.ts';

export async function verify(
  input: Rechecked,
  ports: Pick<
    Ports,
    'incidents' | 'clock' | 'pager' | 'preferences' | 'audit' | 'approvals' | 'workflow' | 'chat' | 'levels' | 'catalog'
  >,
): Promise<Pick<Verified, 'verification' | 'afterwards' | 'takingBack'>> {
  const comparison = compareFindings(input);
  const suspendedPreference = await suspendIfWrong(input, comparison, ports);
  const suspended = suspendedPreference === undefined ? '' : suspendedText;
  const way = comparison.kind === 'made-worse' ? wayBack(input) : undefined;
  const offered = way === undefined ? '' : ` ${way.text}`;
  const verification = {
    ...comparison,
    text: `${comparison.text.slice(0, 700)}${suspended}${offered}`.slice(0, 1000),
  };
  await recordAudit(
    {
      incidentId: input.incident.id,
      actor: watchkeeper,
      kind: 'verification',
      outcome: verification.kind,
      action: 'action' in input.decision ? input.decision.action : undefined,
      text: verification.text,
      evidenceIds: verification.evidenceIds,
    },
    ports,
  );
  const ofRollback = input.takingBack !== undefined;
  await record(
    input.incident.id,
    {
      type: 'VerificationFinished',
      verdict: verification.kind,
      text: verification.text,
      ofRollback,
      ...(suspendedPreference === undefined ? {} : { suspendedPreference }),
    },
    { step: 'Verify', key: ofRollback ? 'taken-back' : undefined, evidenceIds: verification.evidenceIds },
    ports,
  );
  await lowerLevel(input, comparison, ports);
  await ports.incidents.update(input.incident.id, { verified: verification.kind });
  await settleSiblings(input, ports);
  if (verification.kind === 'made-worse') await notifyPager(input, verification, ports);
  if (way?.plan === true) return { verification, afterwards: 'take-back-plan' };
  return way?.action === undefined
    ? { verification, afterwards: 'learn' }
    : { verification, afterwards: 'take-back', takingBack: { action: way.action, why: comparison.text.slice(0, 500) } };
}

const results = {
  recovered: 'helped',
  'not-recovered': 'not-helped',
  'made-worse': 'harmed',
  unknown: 'not-known',
} as const;

/** Keeps the result as evidence; harm, or too many failures, lower the level at once. The closing message says it from the timeline. */
async function lowerLevel(
  { incident, decision, takingBack }: Rechecked,
  { kind }: Verification,
  ports: Parameters<typeof verify>[1],
): Promise<void> {
  const action = subjectOf(decision);
  if (action === undefined || takingBack !== undefined || (decision.kind === 'ask' && decision.plan !== undefined))
    return;
  const one = await addToCase(incident.id, action.id, { result: results[kind] }, ports);
  const demotion = one && (await demoteAfter(one, ports));
  if (one === undefined || demotion === undefined) return;
  const { from, to, why } = demotion;
  const event = { type: 'LevelLowered', row: one.row, from, to, why } as const;
  await record(incident.id, event, { step: 'Verify', key: 'level' }, ports);
}

/** Withdraws other incidents' questions about the same target. A failure is recorded in the timeline and does not fail the step. */
async function settleSiblings({ decision, incident }: Rechecked, ports: Parameters<typeof verify>[1]): Promise<void> {
  const action = decision.kind === 'ask' || decision.kind === 'act' ? decision.action : undefined;
  if (action === undefined) return;
  try {
    await withdrawRelatedQuestions(incident, action, ports);
  } catch (error) {
    if (!(error instanceof WatchkeeperError)) throw error;
    const event = { type: 'QuestionsNotWithdrawn', reason: error.message } as const;
    await record(incident.id, event, { step: 'Verify', key: 'siblings' }, ports);
  }
}

/** The action that reverts an action that made the problem worse. A reverting action is not reverted in turn. */
function wayBack({ decision, incident, takingBack, planRun }: Rechecked): {
  readonly text: string;
  readonly plan?: true;
  readonly action?: Action | undefined;
} {
  if (takingBack !== undefined) return { text: 'A person has to look now.' };
  const { plan } = decision.kind === 'ask' ? decision : {};
  if (plan !== undefined) {
    const reversible = plan.plan.steps.filter(({ action: one }) => one?.inverse?.kind === 'action');
    return reversible.length === 0 || !leftHalfDone(planRun)
      ? { text: 'Its steps cannot be taken back. A person has to look now.' }
      : { text: 'Its steps can be taken back, and I ask for that.', plan: true };
  }
  const action = 'action' in decision ? decision.action : undefined;
  const inverse = action && inverseOf(action, incident.id);
  if (inverse !== undefined)
    return { text: `It can be taken back, and I ask for that: ${inverse.title}.`, action: inverse };
  const why = action?.inverse?.kind === 'none' ? ` ${action.inverse.why}` : '';
  return { text: `It cannot be taken back.${why} A person has to look now.` };
}

/** Notes on the page at once that the problem got worse, so that the responder hears of it anywhere. */
async function notifyPager(
  { incident, takingBack }: Rechecked,
  { text }: Verification,
  ports: Pick<Ports, 'incidents' | 'clock' | 'pager'>,
): Promise<void> {
  const key = takingBack === undefined ? 'worse' : 'worse-again';
  const written = await ports.pager.note(incident.sourceId, `Made worse, a person is needed: ${text}`.slice(0, 2000));
  if (written.kind === 'written') return;
  await record(
    incident.id,
    { type: 'MessageFailed', place: 'page', about: 'worse', reason: written.gap.reason },
    { step: 'Verify', key },
    ports,
  );
}

/** A signal is worse if it has moved this many times as far from its value before the incident. */
const worseFactor = 1.5;

/** Compares the findings before and after, for the target and for the alerted entity. Pure. */
export function compareFindings(
  input: Pick<Rechecked, 'decision' | 'diagnosis' | 'context' | 'reports' | 'priorReports' | 'recheck'>,
): Verification {
  const action = subjectOf(input.decision);
  const first = input.diagnosis.hypotheses[0];
  if (!action || !first) return { kind: 'unknown', text: 'There was no action to verify.', evidenceIds: [] };
  const before = [...input.priorReports, ...input.reports].flatMap((report) => report.findings);
  const after = input.recheck.flatMap((report) => report.findings);
  const paged = alertedSignalsIn(input);
  const isOwn = (entity: EntityRef) => [action.target, first.entity].some((one) => sameWorkload(one, entity));
  const isPaged = (entity: EntityRef) => paged.entity !== undefined && sameWorkload(paged.entity, entity);
  /** For the alerted entity, only its alerted signals count: it may have unrelated problems. */
  const coversAlert = ({ entity, signal }: Finding) =>
    isPaged(entity) && paged.signals.some((one) => one.signal.name === signal?.name);

  const problems = after.filter((one) => isProblem(one) && (isOwn(one.entity) || coversAlert(one)));
  const fresh = problems.filter((one) => !before.some((old) => sameProblem(old, one)));
  const still = problems.filter((one) => !fresh.includes(one));
  const grown = still.filter((one) => before.some((old) => sameProblem(old, one) && isWorse(old, one)));
  const worse = [...fresh.filter(({ severity }) => severity === 'critical' || severity === 'major'), ...grown];
  if (worse.length > 0) return { kind: 'made-worse', ...verdictText(`It got worse after "${action.title}":`, worse) };
  if (still.length > 0)
    return { kind: 'not-recovered', ...verdictText(`Not recovered after "${action.title}":`, still) };

  const well = after.filter((one) => one.well === true && (isOwn(one.entity) || isPaged(one.entity)));
  const unconfirmed = paged.signals.filter(
    ({ signal }) => !well.some((one) => isPaged(one.entity) && one.signal?.name === signal.name),
  );
  // If no problem was observed, no recovery signal is required.
  const pagedIsWell = paged.problems.length === 0 || well.some(({ entity }) => isPaged(entity));
  if (well.length > 0 && unconfirmed.length === 0 && pagedIsWell)
    return { kind: 'recovered', ...verdictText(`Recovered after "${action.title}":`, well) };
  const gaps = input.recheck.flatMap((report) => report.gaps.map((gap) => `${gap.source}: ${gap.reason}`));
  if (well.length > 0) {
    const what = unconfirmed.map(({ claim }) => claim).slice(0, 2);
    const since = what.length > 0 ? ` Seen before: ${what.join(' ')}` : '';
    const good = verdictText('This is well:', well);
    return {
      kind: 'unknown',
      text: `Whether what paged is gone after "${action.title}" is not known: nothing was seen of ${paged.entity?.name ?? 'it'} that says so.${since} ${good.text}`,
      evidenceIds: good.evidenceIds,
    };
  }
  const why =
    gaps.length > 0
      ? `Could not be asked: ${gaps.slice(0, 3).join('; ')}.`
      : 'No observation shows it, in either direction.';
  return { kind: 'unknown', text: `Whether "${action.title}" helped is not known. ${why}`, evidenceIds: [] };
}

/** What the verification is about: the action; of a plan its first action, by the plan's title. */
function subjectOf(decision: Rechecked['decision']): Action | undefined {
  if (decision.kind !== 'ask' && decision.kind !== 'act') return undefined;
  const { plan } = decision.kind === 'ask' ? decision : {};
  const first = plan?.plan.steps.flatMap(({ action }) => action ?? [])[0];
  return plan === undefined || first === undefined ? decision.action : { ...first, title: plan.plan.title };
}

/** Whether the same signal has moved in the same direction and much farther from its value before the incident. */
function isWorse({ signal: then }: Finding, { signal: now }: Finding): boolean {
  if (then === undefined || now === undefined || then.name !== now.name) return false;
  const moved = then.during - then.before;
  const moves = now.during - then.before;
  return Math.sign(moved) === Math.sign(moves) && Math.abs(moves) > Math.abs(moved) * worseFactor;
}

const verdictText = (opening: string, findings: readonly Finding[]) => ({
  text: `${opening} ${findings
    .slice(0, 3)
    .map((finding) => finding.claim)
    .join(' ')}`,
  evidenceIds: findings.flatMap((finding) => finding.evidenceIds).slice(0, 8),
});

const sameProblem = (a: Finding, b: Finding): boolean =>
  sameWorkload(a.entity, b.entity) &&
  (a.cause === b.cause || (a.signal !== undefined && a.signal.name === b.signal?.name));

const suspendedText = ' The permission for this error is suspended; next time, Watchkeeper asks a person again.';

/** Suspends the preference after one failed verification. @returns the id of the suspended preference. */
async function suspendIfWrong(
  input: Rechecked,
  comparison: Verification,
  ports: Pick<Ports, 'preferences' | 'audit' | 'clock'>,
): Promise<string | undefined> {
  if (input.decision.kind !== 'act') return undefined;
  if (comparison.kind !== 'not-recovered' && comparison.kind !== 'made-worse') return undefined;
  const { preferenceId } = input.decision;
  // A person's decision stands: a preference that was revoked meanwhile stays revoked.
  if ((await ports.preferences.get(preferenceId))?.state === 'revoked') return undefined;
  const why = `It did not help in incident ${input.incident.id}: ${comparison.text.slice(0, 200)}`;
  await ports.preferences.setState(preferenceId, 'suspended', why);
  const about = { incidentId: input.incident.id, about: preferenceId, kind: 'preference' } as const;
  await recordAudit({ ...about, actor: watchkeeper, outcome: 'suspended', text: why }, ports);
  return preferenceId;
}
