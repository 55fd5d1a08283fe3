// The long investigation itself: the coordinator's agent with a budget of minutes or hours. The same code runs in a session of AgentCore Runtime and in
// the background of the embedded runtime. It reads, writes to the timeline, and ends with a value; it decides and changes nothing.
import { WatchkeeperError } from '../../errors.ts';
import type { LongJob, LongOutcome } from '../../model/long-investigation.ts';
import type { Ports } from '../../ports/index.ts';
import { withModelDiagnosis } from '../../reasoning/diagnosis.ts';
import { record } from '../../record/timeline.ts';
import { redact } from '../../redaction/redact.ts';
import { longProgress } from '../../reporting/long-progress.ts';
import { shorten } from '../../text.ts';
import { withFingerprint } from '../diagnose.ts';
import { stepOf } from './step.ts';

export type LongPorts = Pick<Ports, 'evidence' | 'reasoner' | 'specialistClient' | 'incidents' | 'clock' | 'chat'>;

export async function investigateLong(job: LongJob, ports: LongPorts, signal: AbortSignal): Promise<LongOutcome> {
  const { incident, context, plan, priorReports, reports, diagnosis } = job.state;
  const progress = longProgress(incident, ports);
  const known = (await ports.incidents.timeline(incident.id)).filter(
    ({ event }) => event.type === 'LongInvestigationStep',
  );
  let number = known.length;
  const onTool = async (tool: string, input: unknown): Promise<void> => {
    number += 1;
    const event = stepOf(number, tool, input);
    await record(incident.id, event, { step: 'InvestigateLonger', key: String(number) }, ports).catch(() => undefined);
    progress.soon();
  };
  try {
    progress.soon();
    const first = diagnosis.hypotheses.filter(({ proposal }) => proposal === undefined);
    // What a model and the decision added to the first diagnosis is made anew.
    const { fingerprint: _, opinions: __, next: ___, ...found } = diagnosis;
    const base = { ...found, hypotheses: first.length > 0 ? first : diagnosis.hypotheses };
    const whole = await withModelDiagnosis(
      incident.id,
      base,
      // The first diagnosis has counted what was dropped.
      { reports: [...priorReports, ...reports].map((one) => ({ ...one, droppedClaims: 0 })), plan },
      ports,
      { promptId: 'investigation', seconds: job.seconds, onTool, signal },
    );
    if (signal.aborted) return { kind: 'lost' };
    const gap = whole.gaps.find(({ source }) => source === 'model');
    if (whole.model === 'none' || (whole.model === diagnosis.model && gap !== undefined))
      return { kind: 'failed', why: redact(gap?.reason ?? 'No model answered.').slice(0, 300) };
    return { kind: 'finished', diagnosis: withFingerprint(whole, context.environment?.value) };
  } catch (error) {
    const why = error instanceof WatchkeeperError ? error.message : 'Something unexpected happened; the log shows it.';
    return { kind: 'failed', why: shorten(redact(why), 300) };
  } finally {
    await progress.close();
  }
}
