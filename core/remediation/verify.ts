// Did the symptom go? The same specialists' findings before and after the action are compared. Silence is not recovery: without a
// positive sign about the target the answer is "unknown", and a problem that is still there is said plainly.
import { record, watchkeeper } from '../audit.ts';
import { note } from '../incidents/timeline.ts';
import type { Verification } from '../model/action.ts';
import { type EntityRef, sameWorkload } from '../model/entity.ts';
import type { Finding } from '../model/report.ts';
import type { Rechecked } from '../model/workflow.ts';
import type { Ports } from '../ports/index.ts';

export async function verify(
  input: Rechecked,
  ports: Pick<Ports, 'incidents' | 'clock' | 'ids' | 'evidence' | 'chat' | 'pager' | 'preferences' | 'audit'>,
): Promise<{ verification: Verification }> {
  const judged = judge(input);
  const suspended = await suspendIfWrong(input, judged, ports);
  const verification = { ...judged, text: `${judged.text}${suspended}`.slice(0, 1000) };
  await record(
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
  await note(
    input.incident.id,
    { step: 'Verify', kind: 'verification', text: verification.text, evidenceIds: verification.evidenceIds },
    ports,
  );
  return { verification };
}

/** Pure comparison of before and after. */
export function judge(
  input: Pick<Rechecked, 'decision' | 'diagnosis' | 'reports' | 'priorReports' | 'recheck'>,
): Verification {
  const action = input.decision.kind === 'ask' || input.decision.kind === 'act' ? input.decision.action : undefined;
  const first = input.diagnosis.hypotheses[0];
  if (!action || !first) return { kind: 'unknown', text: 'There was no action to verify.', evidenceIds: [] };
  const concerned = (entity: EntityRef) => [action.target, first.entity].some((one) => sameWorkload(one, entity));
  const before = [...input.priorReports, ...input.reports].flatMap((report) => report.findings);
  const after = input.recheck.flatMap((report) => report.findings);

  const problems = after.filter(
    (finding) => finding.role !== 'context' && finding.role !== 'change' && concerned(finding.entity),
  );
  const fresh = problems.filter((finding) => !before.some((old) => sameProblem(old, finding)));
  const still = problems.filter((finding) => !fresh.includes(finding));
  const healthy = after.filter((finding) => finding.role === 'context' && concerned(finding.entity));

  const serious = fresh.filter((finding) => finding.severity === 'critical' || finding.severity === 'major');
  if (serious.length > 0) return { kind: 'made-worse', ...said(`It got worse after "${action.title}":`, serious) };
  if (still.length > 0) return { kind: 'not-recovered', ...said(`Not recovered after "${action.title}":`, still) };
  if (healthy.length > 0) return { kind: 'recovered', ...said(`Recovered after "${action.title}":`, healthy) };
  const gaps = input.recheck.flatMap((report) => report.gaps.map((gap) => `${gap.source}: ${gap.reason}`));
  const why =
    gaps.length > 0
      ? `Could not be asked: ${gaps.slice(0, 3).join('; ')}.`
      : 'Nothing was seen that says so, either way.';
  return { kind: 'unknown', text: `Whether "${action.title}" helped is not known. ${why}`, evidenceIds: [] };
}

const said = (opening: string, findings: readonly Finding[]) => ({
  text: `${opening} ${findings
    .slice(0, 3)
    .map((finding) => finding.claim)
    .join(' ')}`,
  evidenceIds: findings.flatMap((finding) => finding.evidenceIds).slice(0, 8),
});

const sameProblem = (a: Finding, b: Finding): boolean =>
  sameWorkload(a.entity, b.entity) &&
  (a.cause === b.cause || (a.signal !== undefined && a.signal.name === b.signal?.name));

/** What was taught is proven wrong by one verification that failed. */
async function suspendIfWrong(
  input: Rechecked,
  judged: Verification,
  ports: Pick<Ports, 'preferences' | 'audit' | 'clock'>,
): Promise<string> {
  if (input.decision.kind !== 'act') return '';
  if (judged.kind !== 'not-recovered' && judged.kind !== 'made-worse') return '';
  const { preferenceId } = input.decision;
  // A person's word stands: what was revoked meanwhile stays revoked.
  if ((await ports.preferences.get(preferenceId))?.state === 'revoked') return '';
  const why = `It did not help in incident ${input.incident.id}: ${judged.text.slice(0, 200)}`;
  await ports.preferences.setState(preferenceId, 'suspended', why);
  const about = { incidentId: input.incident.id, about: preferenceId, kind: 'preference' } as const;
  await record({ ...about, actor: watchkeeper, outcome: 'suspended', text: why }, ports);
  return ' What was taught for this error is suspended; next time a person is asked again.';
}
