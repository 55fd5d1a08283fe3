// Report, ask, act or refuse: at most one action, for the first hypothesis, on a target that this incident's evidence names. Why, and
// by which policies, is part of every decision.

import { note } from '../incidents/timeline.ts';
import { fingerprintOfHypothesis } from '../learning/fingerprint.ts';
import type { Action, Decision, Preference } from '../model/action.ts';
import type { Hypothesis } from '../model/diagnosis.ts';
import type { EntityRef } from '../model/entity.ts';
import type { Synthesized } from '../model/workflow.ts';
import type { Ports } from '../ports/index.ts';
import { suggestedAction } from './catalogue.ts';
import { authorize, environmentOf, type Standing } from './guard.ts';

type DecidePorts = Pick<Ports, 'incidents' | 'clock' | 'ids' | 'catalog' | 'policies' | 'preferences' | 'executor'>;

/** Below this a person should look first; nothing is suggested. */
const enoughConfidence = 0.5;
const approvalSeconds = 30 * 60;

export async function decide(input: Synthesized, ports: DecidePorts): Promise<{ decision: Decision }> {
  const decision = await chooseDecision(input, ports);
  await note(input.incident.id, { step: 'Decide', kind: 'decision', text: inWords(decision) }, ports);
  return { decision };
}

async function chooseDecision(input: Synthesized, ports: DecidePorts): Promise<Decision> {
  const report = (why: string): Decision => ({ kind: 'report', why, policies: [] });
  const first = input.diagnosis.hypotheses[0];
  if (!first || first.cause === 'unknown') return report('No cause was found that an action could remedy.');
  if (first.confidence < enoughConfidence) {
    return report('The first hypothesis is not sure enough to suggest an action; a person should look first.');
  }
  const entry = suggestedAction(first);
  if (!entry)
    return report(`The catalogue has no action for ${first.cause} of ${first.entity.kind} ${first.entity.name}.`);
  const target = completeTarget(first.entity, input);
  if (!target)
    return report(
      `Cluster or namespace of ${first.entity.kind} ${first.entity.name} is not known, so nothing can be done there.`,
    );

  const action: Action = {
    id: entry.id,
    target,
    parameters: {},
    title: entry.title(target),
    blastRadius: entry.blastRadius(target),
    reversible: entry.reversible,
    settleSeconds: entry.settleSeconds,
    verify: entry.verify(target),
    evidenceIds: first.evidenceIds.slice(0, 8),
    idempotencyKey: `${input.incident.id}:${entry.id}:${target.cluster}/${target.namespace}/${target.kind}/${target.name}`,
  };
  const standing = standingOf(input, first);
  const catalog = await ports.catalog.load();

  const asking = await authorize({ kind: 'person', id: 'whoever approves' }, action, standing, catalog, ports.policies);
  if (!asking.allowed) return { kind: 'refuse', why: asking.why, policies: [...asking.policies], action };

  const trial = await ports.executor.dryRun({ ...action, incidentId: input.incident.id });
  if (trial.kind === 'refused') return report(`${action.title} was tried without doing it, and refused: ${trial.why}`);

  const fingerprint = fingerprintOfHypothesis(first, environmentOf(input.context, catalog));
  const taught = fingerprint === undefined ? undefined : await taughtFor(fingerprint, action, ports);
  const notTaught = taught ? await useTaught(taught, input, action, standing, catalog, ports) : undefined;
  if (notTaught?.kind === 'act') return notTaught.decision;

  const because = notTaught ? ` It was taught before, but: ${notTaught.why}` : '';
  return {
    kind: 'ask',
    why: `${asking.why} A person has to approve.${because}`,
    policies: [...asking.policies],
    action,
    approvalId: `${input.incident.id}-${entry.id}`,
    expiresInSeconds: approvalSeconds,
  };
}

/** What is known of the target when it is judged: at the decision and again right before the act. */
export function standingOf(input: Synthesized, hypothesis: Hypothesis): Standing {
  const findings = [...input.priorReports, ...input.reports].flatMap((report) => report.findings);
  const seen = findings.some(
    (finding) =>
      hypothesis.findingIds.includes(finding.id) &&
      finding.evidenceIds.some((id) => hypothesis.evidenceIds.includes(id)) &&
      finding.entity.name === hypothesis.entity.name &&
      finding.entity.kind === hypothesis.entity.kind,
  );
  return { context: input.context, confidence: hypothesis.confidence, seenInEvidence: seen };
}

function completeTarget(entity: EntityRef, input: Synthesized): Action['target'] | undefined {
  const sure = (known: { value: string; confidence: number } | undefined) =>
    known && known.confidence >= 0.5 ? known.value : undefined;
  const cluster = entity.cluster ?? sure(input.context.cluster);
  const namespace = entity.namespace ?? sure(input.context.namespace);
  return cluster && namespace ? { ...entity, cluster, namespace } : undefined;
}

async function taughtFor(fingerprint: string, action: Action, ports: DecidePorts): Promise<Preference | undefined> {
  const found = await ports.preferences.find(fingerprint);
  return found
    .filter((preference) => preference.actionId === action.id)
    .sort(
      (a, b) => Number(b.state === 'active') - Number(a.state === 'active') || b.taughtAt.localeCompare(a.taughtAt),
    )[0];
}

async function useTaught(
  preference: Preference,
  input: Synthesized,
  action: Action,
  standing: Standing,
  catalog: Awaited<ReturnType<Ports['catalog']['load']>>,
  ports: DecidePorts,
): Promise<{ kind: 'act'; decision: Decision } | { kind: 'not'; why: string }> {
  if (preference.state !== 'active')
    return { kind: 'not', why: `it is ${preference.state} (${preference.stateReason ?? 'no reason given'}).` };
  const allowed = await authorize({ kind: 'preference', id: preference.id }, action, standing, catalog, ports.policies);
  if (!allowed.allowed) return { kind: 'not', why: allowed.why };
  const used = await ports.preferences.use(preference.id, input.incident.id, ports.clock.now().toISOString());
  if (used.kind === 'refused') return { kind: 'not', why: used.why };
  const day = preference.taughtAt.slice(0, 10);
  return {
    kind: 'act',
    decision: {
      kind: 'act',
      why: `Taught by ${preference.taughtBy} on ${day} for exactly this error ("${preference.describes.errorTemplate.slice(0, 120)}"). ${allowed.why}`,
      policies: [...allowed.policies],
      action,
      preferenceId: preference.id,
    },
  };
}

function inWords(decision: Decision): string {
  switch (decision.kind) {
    case 'report':
      return `Report only. ${decision.why}`;
    case 'ask':
      return `Ask: ${decision.action.title}? ${decision.why}`;
    case 'act':
      return `Act without asking: ${decision.action.title}. ${decision.why}`;
    case 'refuse':
      return `Refused${decision.action ? `: ${decision.action.title}` : ''}. ${decision.why}`;
  }
}
