// The value that travels through statemachines/incident.asl.json. Every state gets it whole and adds its part to it;
// bulk stays in the evidence store, so that it keeps far below the 256 KiB that Step Functions carries.
import * as z from 'zod';
import { Action, ApprovalOutcome, Decision, RemediationResult, Verification } from './action.ts';
import { Diagnosis } from './diagnosis.ts';
import { Context, Incident, Trigger } from './incident.ts';
import { Brief, Report, unreadableReport } from './report.ts';
import { PageFacts } from './storm.ts';

/** A report as it comes in: one that breaks the schema becomes a gap, so that one lying specialist does not cost the others' findings. */
const ReceivedReport = Report.catch(({ input }) => {
  const name = z.object({ specialist: Report.shape.specialist }).safeParse(input);
  return unreadableReport({ specialist: name.success ? name.data.specialist : 'specialist', round: 1 });
});

/** What FileReport gets: the brief, and the answer of the specialist that got it, which may be anything. */
export const Answered = Brief.extend({ answer: z.object({ Payload: z.unknown() }) });

/** Input of an execution: the detail of the bus event. */
export const ExecutionInput = z.object({ trigger: Trigger });

/** `execution` is the execution's name, put there by the state machine. */
export const OpenIncidentInput = ExecutionInput.extend({ execution: z.string() });
/** `opened` goes on; `joined` ends here, because an open incident already works on this alert. */
export const Opening = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('opened') }),
  z.object({ kind: z.literal('joined'), incidentId: z.string(), why: z.string() }),
]);
export type Opening = z.infer<typeof Opening>;

export const Opened = OpenIncidentInput.extend({ opening: Opening, incident: Incident });
export const Planned = Opened.extend({
  context: Context,
  /** What its grouping needs. Absent in executions that began before this was so. */
  page: PageFacts.optional(),
  plan: z.array(Brief),
  round: z.number().int(),
  priorReports: z.array(Report),
});
export const Investigated = Planned.extend({ reports: z.array(ReceivedReport) });
export const Synthesis = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('concluded') }),
  z.object({ kind: z.literal('another-round'), why: z.string() }),
]);
/** An action that takes back what made things worse, to be asked for; stays until the end, so that it is offered once. */
export const RollbackProposal = z.object({ action: Action, why: z.string() });
export const Synthesized = Investigated.extend({
  diagnosis: Diagnosis,
  synthesis: Synthesis,
  takingBack: RollbackProposal.optional(),
});
export const Decided = Synthesized.extend({ decision: Decision });
export const ApprovalResolved = Decided.extend({ approval: ApprovalOutcome.optional() });
export const Remediated = ApprovalResolved.extend({ remediation: RemediationResult, verificationPlan: z.array(Brief) });
export const Rechecked = Remediated.extend({ recheck: z.array(ReceivedReport) });
export const Verified = Rechecked.extend({
  verification: Verification,
  afterwards: z.enum(['take-back', 'learn']),
});
/** What Learn gets: acting may not have happened. */
export const Concluded = ApprovalResolved.extend({
  remediation: RemediationResult.optional(),
  recheck: z.array(ReceivedReport).optional(),
  verification: Verification.optional(),
});
/** What gives its slot back: whatever was there when the investigation ended. */
export const Left = z.object({
  incident: Incident.optional(),
  page: PageFacts.optional(),
  diagnosis: Diagnosis.optional(),
});
/** What ReportFailure gets: whatever was there when it broke. */
export const Failed = z.looseObject({
  /** The execution's name. */
  execution: z.string().optional(),
  trigger: Trigger,
  incident: Incident.optional(),
  reports: z.array(Report).optional(),
  priorReports: z.array(Report).optional(),
  diagnosis: Diagnosis.optional(),
  failure: z.looseObject({ Error: z.string().optional(), Cause: z.string().optional() }),
});
/** What was there, and the name of the execution that failed. An execution that began before this was so gives what was there alone. */
export const FailedExecution = z.union([
  z
    .object({ execution: z.string(), state: Failed })
    .transform(({ execution, state }): z.infer<typeof Failed> => ({ ...state, execution })),
  Failed,
]);

export type OpenIncidentInput = z.infer<typeof OpenIncidentInput>;
export type Opened = z.infer<typeof Opened>;
export type Planned = z.infer<typeof Planned>;
export type Left = z.infer<typeof Left>;
export type Investigated = z.infer<typeof Investigated>;
export type Synthesized = z.infer<typeof Synthesized>;
export type Decided = z.infer<typeof Decided>;
export type ApprovalResolved = z.infer<typeof ApprovalResolved>;
export type Remediated = z.infer<typeof Remediated>;
export type Rechecked = z.infer<typeof Rechecked>;
export type Verified = z.infer<typeof Verified>;
export type Concluded = z.infer<typeof Concluded>;
export type Failed = z.infer<typeof Failed>;
