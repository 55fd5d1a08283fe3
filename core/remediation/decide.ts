// Report, ask, act or refuse: at most one action, for the first hypothesis, on a target that this incident's evidence names. Why, and
// by which policies, is part of every decision.
import { WatchkeeperError } from '../errors.ts';
import { note } from '../incidents/timeline.ts';
import { type ExactError, exactErrorOf, workloadOf } from '../learning/fingerprint.ts';
import type { Action, Decision, Preference } from '../model/action.ts';
import type { Hypothesis } from '../model/diagnosis.ts';
import type { Synthesized } from '../model/workflow.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { Ports } from '../ports/index.ts';
import type { Executor } from '../ports/telemetry.ts';
import { actionOf, suggestedAction } from './catalogue.ts';
import { authorize, locate, type Standing } from './guard.ts';

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
  const { incident, context } = input;
  const report = (why: string): Decision => ({ kind: 'report', why, policies: [] });
  const first = input.diagnosis.hypotheses[0];
  if (!first || first.cause === 'unknown') return report('No cause was found that an action could remedy.');
  const subject = `${first.entity.kind} ${first.entity.name}`;
  if (first.confidence < enoughConfidence) {
    return report('The first hypothesis is not sure enough to suggest an action; a person should look first.');
  }
  const entry = suggestedAction(first);
  if (!entry) return report(`The catalogue has no action for ${first.cause} of ${subject}.`);
  const { cluster, namespace } = locate(first.entity, context);
  if (!cluster || !namespace)
    return report(`Cluster or namespace of ${subject} is not known, so nothing can be done there.`);

  const target = { ...first.entity, cluster, namespace };
  const action = actionOf(entry, target, { incidentId: incident.id, evidenceIds: first.evidenceIds });
  const catalog = await ports.catalog.load();
  const standing = standingOf(input, first, target);
  const asking = await authorize({ kind: 'person', id: 'whoever approves' }, action, standing, catalog, ports.policies);
  if (!asking.allowed) return { kind: 'refuse', why: asking.why, policies: [...asking.policies], action };

  const trial = await dryRun(action, incident.id, ports);
  if (trial.kind === 'refused') return report(`${action.title} was tried without doing it, and refused: ${trial.why}`);

  const taught = await fromTaught(first, { input, action, standing, catalog }, ports);
  if (taught.kind === 'act') return taught.decision;
  return {
    kind: 'ask',
    why: [asking.why, 'A person has to approve.', taught.why].filter(Boolean).join(' '),
    policies: [...asking.policies],
    action,
    approvalId: `${incident.id}-${action.id}`,
    expiresInSeconds: approvalSeconds,
  };
}

/** What is known of the target when it is judged, at the decision and again right before the act: it has to be what a finding names. */
export function standingOf(input: Synthesized, hypothesis: Hypothesis, target: Action['target']): Standing {
  const findings = [...input.priorReports, ...input.reports].flatMap((report) => report.findings);
  const seenInEvidence = findings.some(
    ({ id, evidenceIds, entity }) =>
      hypothesis.findingIds.includes(id) &&
      evidenceIds.some((evidenceId) => hypothesis.evidenceIds.includes(evidenceId)) &&
      entity.kind === target.kind &&
      entity.name === target.name &&
      (entity.namespace === undefined || entity.namespace === target.namespace) &&
      (entity.cluster === undefined || entity.cluster === target.cluster),
  );
  return { context: input.context, confidence: hypothesis.confidence, seenInEvidence };
}

/** A dry run that cannot be asked for is a reason not to suggest the action, and no reason to lose the diagnosis. */
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
  readonly standing: Standing;
  readonly catalog: Catalog;
}
type FromTaught =
  | { readonly kind: 'act'; readonly decision: Decision }
  | { readonly kind: 'ask'; readonly why: string };

/** What was taught for exactly this error, action and workload, newest first; the first one that holds is used and counted. */
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
  return { kind: 'ask', why };
}

/** Taught for this error, this action and this workload; what people read of it must say so as well. */
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
  const { input, action, standing, catalog } = considered;
  if (preference.state !== 'active')
    return { kind: 'ask', why: `it is ${preference.state}. ${preference.stateReason ?? ''}`.trim() };
  const allowed = await authorize({ kind: 'preference', id: preference.id }, action, standing, catalog, ports.policies);
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
