// Turns "next time, don't ask" into a preference. The words become a proposal, which repeats scope, expiry and limit; the same person confirms
// it; then it is a preference. Anybody may revoke it. Words in a thread have no other effect on permissions.

import { isOfThisRecipe } from '../fingerprint/fingerprint.ts';
import type { TeachingUtterance } from '../language/parse-teaching.ts';
import type { ActionId, Preference } from '../model/action.ts';
import type { EntityRef } from '../model/entity.ts';
import type { Incident, IncidentError } from '../model/incident.ts';
import type { Proposal } from '../model/proposal.ts';
import type { Teaching } from '../model/timeline.ts';
import { idsOf } from '../ports/catalog.ts';
import type { Ports } from '../ports/index.ts';
import { recordAudit } from '../record/audit/record.ts';
import { describe, proposalText } from '../record/describe.ts';
import { preferenceScope } from '../record/preference-scope.ts';
import { record } from '../record/timeline.ts';
import { rowOf, whyTooLittleEvidence, withEarnedLevel } from '../remediation/levels/earned.ts';
import { placeOf } from '../remediation/target-place.ts';
import { whyNeverUnattended } from '../remediation/teachable.ts';

/** The duration in days and the uses per day of a preference if the person does not state them. */
const defaults = { days: 30, timesPerDay: 3 };
const proposalMinutes = 30;
const dayMs = 86_400_000;

type TeachPorts = Pick<
  Ports,
  'incidents' | 'preferences' | 'catalog' | 'policies' | 'controls' | 'clock' | 'ids' | 'audit' | 'memory' | 'levels'
>;

export interface TeachingMessage {
  readonly utterance: TeachingUtterance;
  /** The author: Slack user id, or the name at the console. Never a bot. */
  readonly by: string;
  readonly incidentId: string;
}

/** The result. `text` is for the thread. */
export type TeachingResult =
  /** The message does not teach anything, so there is no reply. */
  | { readonly kind: 'nothing' }
  /** The same person has to confirm the proposal, with a button (`confirmTeaching`) or with "yes". */
  | { readonly kind: 'proposed'; readonly proposal: Proposal; readonly text: string }
  | { readonly kind: 'taught'; readonly preference: Preference; readonly text: string }
  | { readonly kind: 'dropped' | 'revoked' | 'cannot'; readonly text: string };

/** Handles one message of an incident's thread about permissions for next time. */
export async function handleTeaching(message: TeachingMessage, ports: TeachPorts): Promise<TeachingResult> {
  const { utterance } = message;
  switch (utterance.kind) {
    case 'nothing':
      return { kind: 'nothing' };
    case 'yes':
    case 'no':
      return answerLatest(message, utterance.kind === 'yes', ports);
    case 'cannot':
      return { kind: 'cannot', text: utterance.why };
    case 'revoke':
      return revokeOfIncident(message, ports);
    case 'teach':
      return propose(utterance, message, ports);
  }
}

async function propose(
  utterance: Extract<TeachingUtterance, { kind: 'teach' }>,
  message: TeachingMessage,
  ports: TeachPorts,
): Promise<TeachingResult> {
  const { by, incidentId } = message;
  const incident = await ports.incidents.get(incidentId);
  const error = incident?.error;
  if (error && !isOfThisRecipe(error))
    return cannot('An older version identified this error less exactly; teach it again when the error recurs.');
  const remediable = error && remediableOf(error);
  if (!incident || !remediable)
    return cannot(
      'There is no exact error with an action here that could be remembered; say it once there is a diagnosis with a question.',
    );
  if (utterance.actions && !utterance.actions.includes(remediable.actionId))
    return cannot(`What can be done about this error is ${remediable.actionId}; that is not what you said.`);
  const refused = await refusalOf(by, remediable, ports);
  if (refused !== undefined) {
    await auditOf('refused', by, incidentId, refused, ports);
    return cannot(refused);
  }
  const now = ports.clock.now();
  const expiresAt = new Date(now.getTime() + (utterance.days ?? defaults.days) * dayMs).toISOString();
  const proposal: Proposal = {
    id: `${incidentId}-${ports.ids.next()}`,
    incidentId,
    by,
    at: now.toISOString(),
    expiresAt: new Date(now.getTime() + proposalMinutes * 60_000).toISOString(),
    state: 'open',
    preference: preferenceOf(incident, remediable, {
      by,
      at: now.toISOString(),
      expiresAt,
      maxUsesPerDay: utterance.timesPerDay ?? defaults.timesPerDay,
    }),
  };
  await ports.preferences.propose(proposal);
  await record(
    incidentId,
    { type: 'PreferenceProposed', proposalId: proposal.id, by, preference: teachingOf(proposal.preference) },
    { step: 'Teach', key: proposal.id },
    ports,
  );
  return { kind: 'proposed', proposal, text: proposalText(proposal.preference) };
}

/** An error with an action that can remedy it: only such an error can have a preference. */
type RemediableError = Omit<IncidentError, 'actionId' | 'target'> & {
  readonly actionId: ActionId;
  readonly target: EntityRef;
};

const remediableOf = ({ actionId, target, ...error }: IncidentError): RemediableError | undefined =>
  actionId === undefined || target === undefined ? undefined : { ...error, actionId, target };

/** Why this person may not teach the preference, or why the policies never allow the action without approval. */
async function refusalOf(
  by: string,
  { actionId, target, describes: { environment, cause } }: RemediableError,
  ports: TeachPorts,
): Promise<string | undefined> {
  const catalog = await ports.catalog.load();
  if (!target.cluster || !target.namespace) return "The target's location is unknown.";
  const placed = { ...target, cluster: target.cluster, namespace: target.namespace };
  const action = { id: actionId, target: placed };
  const now = ports.clock.now();
  const known = { value: environment, source: 'error', confidence: 1, alternatives: [] };
  const catalogued = placeOf(action, { context: { environment: known }, now }, catalog);
  const place = await withEarnedLevel(catalogued, cause, actionId, catalog, ports);
  if (place.approvers.length > 0 && !idsOf(place.approvers, catalog).includes(by))
    return `${by} is not among the approvers.`;
  return (
    (await whyNeverUnattended(action, { place, now }, ports.policies)) ??
    (await whyTooLittleEvidence(rowOf(place, cause, actionId), catalog, ports))
  );
}

interface Taught {
  readonly by: string;
  readonly at: string;
  readonly expiresAt: string;
  readonly maxUsesPerDay: number;
}

/** Builds the preference. When it is taught, the store replaces an active one with the same fingerprint and action. */
function preferenceOf(
  incident: Incident,
  error: RemediableError,
  { by, at, expiresAt, maxUsesPerDay }: Taught,
): Preference {
  return {
    id: `${incident.id}-${error.actionId}-${Date.parse(at).toString(36)}`,
    fingerprint: error.fingerprint,
    describes: error.describes,
    actionId: error.actionId,
    taughtBy: by,
    taughtAt: at,
    incidentId: incident.id,
    expiresAt,
    uses: 0,
    maxUsesPerDay,
    usedToday: { day: at.slice(0, 10), count: 0 },
    state: 'active',
  };
}

/** The fields of a preference that the timeline keeps. */
export const teachingOf = ({
  id,
  fingerprint,
  describes,
  actionId,
  expiresAt,
  maxUsesPerDay,
}: Preference): Teaching => ({ id, fingerprint, describes, actionId, expiresAt, maxUsesPerDay });

async function answerLatest(
  { by, incidentId }: TeachingMessage,
  confirmed: boolean,
  ports: TeachPorts,
): Promise<TeachingResult> {
  const proposals = await ports.preferences.proposals(incidentId);
  const latest = proposals.findLast((one) => one.by === by && one.state === 'open');
  // People say "yes" in threads for many other reasons.
  return latest === undefined ? { kind: 'nothing' } : confirmTeaching({ proposal: latest, by, confirmed }, ports);
}

/** Handles the answer to a proposal, by button or word. Only its author can confirm it, while it is open, and exactly once. */
export async function confirmTeaching(
  {
    proposal,
    by,
    confirmed,
  }: { readonly proposal: Pick<Proposal, 'id' | 'incidentId'>; readonly by: string; readonly confirmed: boolean },
  ports: TeachPorts,
): Promise<Exclude<TeachingResult, { kind: 'nothing' | 'proposed' }>> {
  const found = (await ports.preferences.proposals(proposal.incidentId)).find(({ id }) => id === proposal.id);
  if (!found) return cannot('There is no such proposal.');
  if (found.by !== by) return cannot(`${found.by} proposed it, and only ${found.by} can confirm it.`);
  const now = ports.clock.now();
  if (Date.parse(found.expiresAt) <= now.getTime()) return cannot('That was too long ago; say it again.');
  if (!confirmed) {
    await ports.preferences.settle(found, 'dropped');
    return { kind: 'dropped', text: 'Nothing was remembered.' };
  }
  // Check again now: this person may no longer be allowed to teach, or the policies may no longer allow it.
  const incident = await ports.incidents.get(found.incidentId);
  const { actionId } = found.preference;
  const error = incident?.error && remediableOf({ ...incident.error, actionId });
  const refused = error
    ? await refusalOf(by, error, ports)
    : 'The incident or the target of its error no longer exists.';
  if (refused !== undefined) return cannot(refused);
  if (found.state === 'dropped') return cannot('It was taken back; say it again.');
  const preference = found.preference;
  if (!isOfThisRecipe(preference))
    return cannot('Watchkeeper identifies errors more exactly since then; please teach it again.');
  // Teach before settling: if a crash comes in between, the preference is taught again under the same id, which changes nothing.
  await ports.preferences.teach(preference);
  await ports.preferences.settle(found, 'confirmed');
  const event = { type: 'PreferenceTaught', by, how: 'confirmed', preference: teachingOf(preference) } as const;
  const text = describe(event);
  await auditOf('taught', by, found.incidentId, text, ports, preference);
  await record(found.incidentId, event, { step: 'Teach', key: preference.id }, ports);
  await confirmationText(preference, ports);
  return { kind: 'taught', preference, text };
}

/** Writes the preference to memory, for recalling similar incidents. Only the store of preferences has an effect on permissions. */
export const confirmationText = (preference: Preference, { memory }: Pick<Ports, 'memory'>): Promise<void> =>
  memory
    .remember(
      {
        incidentId: preference.incidentId,
        actor: preference.taughtBy,
        at: preference.taughtAt,
        text: `Taught by ${preference.taughtBy}: ${preferenceScope(preference)}`,
      },
      'learned',
    )
    .catch(() => undefined);

/** Revokes the preferences for this incident's error. */
async function revokeOfIncident({ by, incidentId }: TeachingMessage, ports: TeachPorts): Promise<TeachingResult> {
  const error = (await ports.incidents.get(incidentId))?.error;
  const taught = error === undefined ? [] : await ports.preferences.find(error.fingerprint);
  const open = taught.filter(({ state }) => state !== 'revoked');
  for (const preference of open) await revokePreference({ id: preference.id, by }, ports);
  return open.length === 0
    ? { kind: 'cannot', text: 'No permission is stored for this error; Watchkeeper asks a person anyway.' }
    : { kind: 'revoked', text: 'Revoked. Next time, Watchkeeper asks a person again.' };
}

/** Revokes a preference for anybody; undefined if there is none with this id. */
export async function revokePreference(
  { id, by }: { readonly id: string; readonly by: string },
  ports: Pick<Ports, 'preferences' | 'audit' | 'clock' | 'incidents'>,
): Promise<Preference | undefined> {
  const preference = await ports.preferences.get(id);
  if (!preference) return undefined;
  if (preference.state !== 'revoked') {
    await ports.preferences.setState(id, 'revoked', `Revoked by ${by}.`);
    await auditOf('revoked', by, preference.incidentId, `Revoked: ${preferenceScope(preference)}`, ports, preference);
  }
  return ports.preferences.get(id);
}

const auditOf = (
  outcome: string,
  by: string,
  incidentId: string,
  text: string,
  ports: Pick<Ports, 'audit' | 'clock'>,
  preference?: Preference,
): Promise<void> =>
  recordAudit(
    {
      incidentId,
      actor: { kind: 'person', id: by },
      kind: 'preference',
      outcome,
      ...(preference === undefined ? {} : { about: preference.id }),
      key: `${outcome}:${by}`,
      text,
    },
    ports,
  );

const cannot = (text: string) => ({ kind: 'cannot', text }) as const;
