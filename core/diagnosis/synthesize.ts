// Merges the reports into one diagnosis: it keeps findings with evidence, ranks hypotheses, may start one more round, and records the result on the
// timeline. The ranking is pure and lives in the files beside this one. A model may add its opinion to the result.

import type { Diagnosis } from '../model/diagnosis.ts';
import type { Brief, Report } from '../model/report.ts';
import { scopeOf } from '../model/scope.ts';
import type { Dependency } from '../model/telemetry.ts';
import type { EventOf } from '../model/timeline.ts';
import type { Investigated, Synthesized } from '../model/workflow.ts';
import type { Ports } from '../ports/index.ts';
import { withModelDiagnosis } from '../reasoning/diagnosis.ts';
import { record } from '../record/timeline.ts';
import { seenCalls } from '../topology/kept-calls.ts';
import { anotherRound } from './another-round.ts';
import { diagnose, withFingerprint } from './diagnose.ts';
import { supportedFindings } from './supported.ts';

type SynthesisPorts = Pick<Ports, 'incidents' | 'clock' | 'evidence' | 'telemetry' | 'reasoner' | 'specialistClient'> &
  Partial<Pick<Ports, 'callGraph'>>;

export async function synthesize(
  input: Investigated,
  ports: SynthesisPorts,
): Promise<{
  diagnosis: Diagnosis;
  synthesis: Synthesized['synthesis'];
  plan: Brief[];
  priorReports: Report[];
  round: number;
}> {
  const { incident, context, plan, round } = input;
  const reports = [...input.priorReports, ...input.reports];
  const [supported, dependencies] = await Promise.all([
    supportedFindings(incident.id, reports, ports.evidence),
    ports.telemetry.calls.observe(scopeOf({ incidentId: incident.id, context }, 'everywhere'), {}),
  ]);
  await keepCalls(dependencies.kind === 'data' ? dependencies.data : [], reports, ports);
  const found = diagnose({
    incident,
    context,
    reports,
    supported,
    dependencies: dependencies.kind === 'data' ? dependencies.data : [],
  });
  const question = round < 2 ? anotherRound(found, plan, reports) : undefined;
  if (question) {
    const specialists = question.plan.map(({ specialist }) => specialist);
    await record(
      incident.id,
      { type: 'RoundAdded', round: round + 1, why: question.why, specialists },
      { step: 'Synthesize', key: String(round) },
      ports,
    );
    return {
      diagnosis: found.diagnosis,
      synthesis: { kind: 'another-round', why: question.why },
      plan: question.plan,
      priorReports: reports,
      round: round + 1,
    };
  }
  const opinion = await withModelDiagnosis(incident.id, found.diagnosis, { reports, plan }, ports);
  const diagnosis = withFingerprint(opinion, context.environment?.value);
  await ports.incidents.saveDiagnosis(incident.id, diagnosis);
  if (diagnosis.fingerprint) await ports.incidents.update(incident.id, { fingerprint: diagnosis.fingerprint });
  await record(
    incident.id,
    diagnosisMade(diagnosis),
    { step: 'Synthesize', evidenceIds: diagnosis.hypotheses[0]?.evidenceIds.slice(0, 8) ?? [] },
    ports,
  );
  return { diagnosis, synthesis: { kind: 'concluded' }, plan, priorReports: input.priorReports, round };
}

export const diagnosisMade = ({
  text,
  hypotheses,
  droppedClaims,
  model,
  fingerprint,
}: Diagnosis): EventOf<'DiagnosisMade'> => ({
  type: 'DiagnosisMade',
  text,
  hypotheses: hypotheses.map(({ entity, cause, confidence, rank }) => ({ entity, cause, confidence, rank })),
  droppedClaims,
  model,
  ...(fingerprint === undefined ? {} : { fingerprint }),
});

/** The graph is for other incidents and for people: this one is diagnosed without it, too. */
async function keepCalls(
  fromSources: readonly Dependency[],
  reports: readonly Report[],
  { callGraph, clock }: Pick<SynthesisPorts, 'callGraph' | 'clock'>,
): Promise<void> {
  const fromTraces = reports
    .filter(({ specialist }) => specialist === 'traces')
    .flatMap(({ topology }) => topology?.calls ?? []);
  const known = new Set(fromSources.map(({ from, to }) => `${from}\n${to}`));
  const more = fromTraces.filter(({ from, to }) => !known.has(`${from}\n${to}`));
  await callGraph?.keep(seenCalls([...fromSources, ...more], clock.now())).catch(() => undefined);
}
